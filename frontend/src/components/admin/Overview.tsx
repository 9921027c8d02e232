import { ClipboardCheck, MailWarning, ShieldQuestion, Wallet, type LucideIcon } from 'lucide-react'
import { Link } from 'react-router'
import { relativeTime } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { useNow } from '@/lib/useNow'
import { cn } from '@/lib/utils'
import { adminPagesText } from '@/locales/adminPages'
import { useWaiting, WAITING_MAX } from '@/services/queries/admin'
import { ErrorState } from '../ListFaces'

/** What waits for a person of the bank, each a step away. */
export function Waiting() {
  const t = useText(adminPagesText)
  const language = useLanguage()
  const now = useNow()
  const query = useWaiting()
  if (query.data === undefined && !query.isPending) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
  const { users, accounts, held, letters } = query.data ?? {}
  const oldest = held && held.length < WAITING_MAX ? held.at(-1) : undefined // the newest come first: of more the oldest isn't here
  return (
    <ul className="grid grid-cols-2 gap-3 xl:grid-cols-4">
      <Tile icon={ClipboardCheck} name={t('waitingIdentity')} count={users?.length} to={paths.adminApprovals} />
      <Tile icon={Wallet} name={t('waitingAccounts')} count={accounts?.length} to={`${paths.adminApprovals}?tab=accounts`} />
      <Tile
        icon={ShieldQuestion}
        name={t('waitingHeld')}
        count={held?.length}
        to={paths.adminHeld}
        detail={oldest && t('waitingHeldOldest', { time: relativeTime(oldest.timestamp, now, language) })}
      />
      <Tile icon={MailWarning} name={t('waitingLetters')} count={letters?.length} to={`${paths.adminDeadLetters}?state=waiting`} />
    </ul>
  )
}

interface TileProps {
  icon: LucideIcon
  name: string
  count: number | undefined
  to: string
  detail?: string | undefined
}

function Tile({ icon: Icon, name, count, to, detail }: TileProps) {
  const t = useText(adminPagesText)
  const waits = count !== undefined && count > 0
  return (
    <li className="min-w-0">
      <Link to={to} className="card flex h-full flex-col gap-1 p-4 transition-colors hover:border-line-2">
        <span className="flex items-start gap-2 text-small font-medium text-ink-2">
          <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', waits && 'text-wait')} />
          {name}
        </span>
        {count === undefined ? (
          <span aria-hidden className="skeleton mt-auto h-9 w-12" />
        ) : (
          <span className={cn('tabular mt-auto text-figure font-light', !waits && 'text-ink-3')}>{count >= WAITING_MAX ? `${WAITING_MAX}+` : count}</span>
        )}
        <span className="min-h-4 text-micro text-ink-2">{count === 0 ? t('nothingWaits') : detail}</span>
      </Link>
    </li>
  )
}
