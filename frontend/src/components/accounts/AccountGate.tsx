import { WalletMinimal } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { accountsText } from '@/locales/accounts'
import { useAccount } from '@/services/queries/accounts'
import type { Account } from '@/services/types'
import { EmptyState, ErrorState, SkeletonRows } from '../ListFaces'
import { PageHeader, useTitle } from '../PageHeader'
import { ButtonLink } from '../ui/Button'

/** What stands at an account's address once the account is read; a friendly word if it isn't there. */
export function AccountGate({ accountId, children }: { accountId: number | null; children: (account: Account) => ReactNode }) {
  const t = useText(accountsText)
  const { data: account, error, isPending, refetch } = useAccount(accountId)
  if (account) return children(account)
  const isMissing = error instanceof ApiError && [404, 422].includes(error.status)
  if (isMissing || accountId === null) return <Missing />
  return (
    <>
      <PageHeader title={t('title')} back={{ to: paths.accounts, label: t('back') }} />
      {isPending ? <SkeletonRows rows={5} /> : <ErrorState error={error} onRetry={() => void refetch()} />}
    </>
  )
}

function Missing() {
  const t = useText(accountsText)
  useTitle(t('notFound'))
  return (
    <EmptyState page icon={WalletMinimal} title={t('notFound')} action={<ButtonLink to={paths.accounts}>{t('back')}</ButtonLink>}>
      {t('notFoundHint')}
    </EmptyState>
  )
}
