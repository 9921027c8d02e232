import { Compass } from 'lucide-react'
import { EmptyState } from '@/components/ListFaces'
import { useTitle } from '@/components/PageHeader'
import { ButtonLink } from '@/components/ui/Button'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { shellText } from '@/locales/shell'

/** An address without a page. */
export default function NotFoundPage() {
  const t = useText(shellText)
  useTitle(t('notFound'))
  return (
    <EmptyState page icon={Compass} title={t('notFound')} action={<ButtonLink to={paths.dashboard}>{t('toHome')}</ButtonLink>}>
      {t('notFoundHint')}
    </EmptyState>
  )
}
