import { Landmark } from 'lucide-react'
import type { Activity } from '@/services/activity'
import { useTitleOf } from '../activity/ActivityRow'
import { Money } from '../Money'
import { Avatar } from '../Person'
import { Status } from '../Status'
import { When } from '../When'

/** One payment among other things that were found: like a row of a feed, with its day. */
export function FoundPayment({ activity }: { activity: Activity }) {
  const title = useTitleOf(activity)
  const { transaction, direction, amountMinor, other } = activity
  const settled = transaction.status === 'SUCCESS'
  return (
    <span className="flex items-center gap-3">
      {other === null ? (
        <span className="flex size-8 shrink-0 items-center justify-center rounded-full bg-surface-3 text-ink-2">
          <Landmark aria-hidden className="size-4" />
        </span>
      ) : (
        <Avatar id={other.id} name={title} size="small" />
      )}
      <span className="min-w-0 grow">
        <span className="block truncate font-medium">{title}</span>
        <span className="block truncate text-small text-ink-2">
          <When at={transaction.timestamp} as="date" />
          {transaction.note && <> · {transaction.note}</>}
        </span>
      </span>
      <span className="flex shrink-0 flex-col items-end gap-0.5">
        <Money minor={amountMinor} direction={direction} open={!settled} void={transaction.status === 'FAILED'} className="font-semibold" />
        {!settled && <Status of={transaction.status} />}
      </span>
    </span>
  )
}
