import { LifeBuoy, Send, Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { paths, transferTo } from '@/lib/paths'
import { paymentText } from '@/locales/payment'
import { activityOf, type Activity } from '@/services/activity'
import { useTransaction } from '@/services/queries/transactions'
import type { TransactionDetail } from '@/services/types'
import { useTitleOf } from '../activity/ActivityRow'
import { EmptyState, Read, SkeletonRows } from '../ListFaces'
import { Money } from '../Money'
import { Status } from '../Status'
import { Button, ButtonLink } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Sheet } from '../ui/Sheet'
import { Facts } from './Facts'
import { GiveBack } from './GiveBack'
import { Timeline } from './Timeline'
import { useOutcome } from './useOutcome'

/** One payment beside the list it stands in: what became of it, its facts, its life, and what can be done. */
export function PaymentSheet({ transactionId, onClose }: { transactionId: number; onClose: () => void }) {
  const t = useText(paymentText)
  const user = useUser()
  const query = useTransaction(transactionId)
  const { watchPayment } = useNotifications()
  useEffect(() => watchPayment(transactionId), [watchPayment, transactionId])
  const gone = query.data === undefined && query.error instanceof ApiError && query.error.status === 404
  // As tall from the start as it may become: what loads into it moves nothing.
  return (
    <Sheet open onClose={onClose} title={t('payment')} className="min-h-[88dvh] lg:min-h-dvh">
      {gone ? (
        <EmptyState icon={LifeBuoy} title={t('notFoundTitle')}>
          {t('notFoundHint')}
        </EmptyState>
      ) : (
        <Read query={query} skeleton={<SkeletonRows rows={5} />}>
          {(transaction) => <Detail transaction={transaction} activity={activityOf(transaction, user.id)} />}
        </Read>
      )}
    </Sheet>
  )
}

function Detail({ transaction, activity }: { transaction: TransactionDetail; activity: Activity }) {
  const outcome = useOutcome(activity)
  const title = useTitleOf(activity)
  return (
    <div className="flex flex-col gap-6">
      <div>
        <p className="text-lead font-semibold break-words">{title}</p>
        <p className="mt-1 flex flex-wrap items-center gap-3">
          <Money minor={activity.amountMinor} direction={activity.direction} size="figure" void={transaction.status === 'FAILED'} />
          <Status of={transaction.status} />
        </p>
      </div>
      <div role="status">
        <Notice tone={outcome.tone} title={outcome.title}>
          {outcome.text}
        </Notice>
      </div>
      <Facts transaction={transaction} />
      <Timeline steps={transaction.timeline} />
      <Acts transaction={transaction} activity={activity} />
    </div>
  )
}

function Acts({ transaction, activity }: { transaction: TransactionDetail; activity: Activity }) {
  const t = useText(paymentText)
  const [givingBack, setGivingBack] = useState(false)
  const { other, direction } = activity
  const isTransfer = transaction.kind === 'transfer'
  const canGiveBack = isTransfer && direction === 'in' && transaction.status === 'SUCCESS' && transaction.refund_id === null && other !== null
  return (
    <div className="flex flex-wrap gap-3">
      {isTransfer && other !== null && (
        <ButtonLink to={transferTo(other.id, other.name)} icon={Send} className="min-w-0">
          {direction === 'out' ? t('payAgain') : <span className="truncate">{t('payBack', { name: other.name })}</span>}
        </ButtonLink>
      )}
      {canGiveBack && (
        <Button icon={Undo2} onClick={() => setGivingBack(true)}>
          {t('giveBack')}
        </Button>
      )}
      <ButtonLink to={paths.help} tone="quiet" icon={LifeBuoy}>
        {t('askHelp')}
      </ButtonLink>
      {canGiveBack && givingBack && (
        <GiveBack transactionId={transaction.id} name={other.name} amountMinor={activity.amountMinor} onClose={() => setGivingBack(false)} />
      )}
    </div>
  )
}
