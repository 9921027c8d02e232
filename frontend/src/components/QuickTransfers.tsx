import { Send } from 'lucide-react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { paths, transferTo } from '@/lib/paths'
import { cn } from '@/lib/utils'
import { dashboardText } from '@/locales/dashboard'
import { Avatar } from './Person'
import { ButtonLink } from './ui/Button'

interface Props {
  people: readonly { id: number; name: string }[]
  /** One row that moves sideways, without a box: for a phone, where it stands among what can be done. */
  strip?: boolean
}

/** The people paid most recently, one tap from paying them again (S91, S92). On the dashboard and in the back office. */
export function QuickTransfers({ people, strip = false }: Props) {
  const t = useText(dashboardText)
  return (
    <section data-press aria-labelledby="quick" className={strip ? undefined : 'card p-4'}>
      <h2 id="quick" className={strip ? 'text-small font-medium text-ink-2' : 'font-semibold'}>
        {t('quick')}
      </h2>
      {people.length === 0 ? (
        <p className="mt-1 text-small text-ink-2">{t('quickHint')}</p>
      ) : (
        <ul
          className={cn(
            'grid gap-x-1 gap-y-3',
            // The fifth is cut by the edge: there are more.
            strip ? '-mx-4 mt-1 auto-cols-[22%] grid-flow-col overflow-x-auto px-3 [scrollbar-width:none]' : 'mt-3 grid-cols-4',
          )}
        >
          {people.map(({ id, name }) => (
            <li key={id} className="min-w-0">
              <Link
                to={transferTo(id, name)}
                aria-label={t('sendTo', { name })}
                className="flex flex-col items-center gap-1.5 rounded-md px-1 py-2 hover:bg-surface-2"
              >
                <Avatar id={id} name={name} />
                <span className="w-full truncate text-center text-micro text-ink-2">{name.split(' ')[0]}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {!strip && (
        <ButtonLink to={paths.transfer} size="small" icon={Send} className="mt-4">
          {t('sendMoney')}
        </ButtonLink>
      )}
    </section>
  )
}
