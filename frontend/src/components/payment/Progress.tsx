import { ArrowUpRight } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import { activityOf, type Activity } from '@/services/activity'
import { useTransaction } from '@/services/queries/transactions'
import type { TransactionDetail } from '@/services/types'
import { useTitleOf } from '../activity/ActivityRow'
import { Read, SkeletonRows } from '../ListFaces'
import { Money } from '../Money'
import { ButtonLink } from '../ui/Button'
import { OutcomeMark } from './OutcomeMark'
import { useOutcome } from './useOutcome'

interface Props {
  transactionId: number
  /** What can be done next, by what became of it. */
  actions: (transaction: TransactionDetail) => ReactNode
}

/** A payment that was just asked for, live until it has settled: what became of it, what that means, what to do next. */
export function Progress({ transactionId, actions }: Props) {
  const user = useUser()
  const { watchPayment } = useNotifications()
  useEffect(() => watchPayment(transactionId), [watchPayment, transactionId])
  return (
    <Read query={useTransaction(transactionId)} skeleton={<SkeletonRows rows={3} />}>
      {(transaction) => <Settled activity={activityOf(transaction, user.id)} actions={actions(transaction)} />}
    </Read>
  )
}

/** What was pressed is gone: a new place, and its title is read out. What becomes of it later is told by its status. */
const focus = (title: HTMLElement | null): void => title?.focus()

function Settled({ activity, actions }: { activity: Activity; actions: ReactNode }) {
  const t = useText(transferText)
  const outcome = useOutcome(activity)
  const name = useTitleOf(activity)
  return (
    <div className="flex flex-col items-center gap-6 py-6 text-center">
      <OutcomeMark tone={outcome.tone} />
      <div role="status" className="flex flex-col items-center gap-2">
        <h2 ref={focus} tabIndex={-1} className="text-title font-semibold outline-none">
          {outcome.title}
        </h2>
        <p>
          <Money minor={activity.amountMinor} size="figure" void={activity.transaction.status === 'FAILED'} />
        </p>
        {/* Cash has nobody on the other side: its kind is the title. */}
        {(activity.other !== null || activity.direction === 'own') && <p className="max-w-full font-medium break-words">{name}</p>}
        <p className="max-w-[44ch] [text-wrap:balance] text-ink-2">{outcome.text}</p>
      </div>
      <div className="flex w-full flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-center">
        {actions}
        <ButtonLink to={paths.transaction(activity.transaction.id)} icon={ArrowUpRight}>
          {t('seePayment')}
        </ButtonLink>
      </div>
    </div>
  )
}
