import { ArrowDownToLine, ArrowLeftRight, ArrowUpFromLine, Landmark, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { IN_PLACE, paths } from '@/lib/paths'
import { dashboardText } from '@/locales/dashboard'
import type { Activity } from '@/services/activity'
import { Money } from '../Money'
import { Avatar } from '../Person'
import { Status } from '../Status'
import { When } from '../When'

interface Props {
  activity: Activity
  hidden?: boolean
  /** Where it is opened beside the list it stands in; without it, on its own page. */
  to?: string
  /** More about it below the amount: the balance after it. */
  aside?: ReactNode
}

/** One payment in a feed: who first, then what for, then how much. Links to its detail. */
export function ActivityRow({ activity, hidden, to, aside }: Props) {
  const { transaction } = activity
  return (
    <Link to={to ?? paths.transaction(transaction.id)} state={to === undefined ? null : IN_PLACE} className="block rounded-md px-4 -outline-offset-2 hover:bg-surface-2">
      <RowContent activity={activity} hidden={hidden} aside={aside} />
    </Link>
  )
}

function RowContent({ activity, hidden, aside }: Omit<Props, 'to'>) {
  const title = useTitleOf(activity)
  const { transaction, direction, amountMinor } = activity
  const settled = transaction.status === 'SUCCESS'
  return (
    <span className="flex min-h-16 items-center gap-3 py-2">
      <Face activity={activity} name={title} />
      <span className="min-w-0 grow">
        <span className="block truncate font-medium">{title}</span>
        <span className="block truncate text-small text-ink-3">
          <When at={transaction.timestamp} as="time" />
          {transaction.note && <> · {transaction.note}</>}
        </span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-0.5">
        <Money minor={amountMinor} direction={direction} hidden={hidden} open={!settled} void={transaction.status === 'FAILED'} className="font-semibold" />
        {!settled && <Status of={transaction.status} />}
        {aside}
      </span>
    </span>
  )
}

/** What a payment is called in a list: the person on the other side, or what kind of movement it is. */
export function useTitleOf({ transaction, direction, other }: Activity): string {
  const t = useText(dashboardText)
  if (other !== null) return other.name
  if (direction === 'own') return t('betweenOwn')
  switch (transaction.kind) {
    case 'deposit':
      return t('kindDeposit')
    case 'withdrawal':
      return t('kindWithdrawal')
    case 'refund':
      return t('kindRefund')
    default:
      return t('kindAdjustment')
  }
}

const ICONS: Partial<Record<string, LucideIcon>> = {
  transfer: ArrowLeftRight,
  deposit: ArrowDownToLine,
  withdrawal: ArrowUpFromLine,
}

function Face({ activity, name }: { activity: Activity; name: string }) {
  if (activity.other !== null) return <Avatar id={activity.other.id} name={name} />
  const Icon = ICONS[activity.transaction.kind] ?? Landmark
  return (
    <span className="flex size-10 shrink-0 items-center justify-center rounded-full bg-surface-2 text-ink-2">
      <Icon aria-hidden className="size-4.5" />
    </span>
  )
}
