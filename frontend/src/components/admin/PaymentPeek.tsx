import { useState } from 'react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { adminReasonsText } from '@/locales/adminReasons'
import { statusText } from '@/locales/status'
import { useStaffPayment } from '@/services/queries/admin'
import type { TransactionDetail } from '@/services/types'
import { Read } from '../ListFaces'
import { Money } from '../Money'
import { Status } from '../Status'
import { Notice } from '../ui/Notice'
import { When } from '../When'
import { isRefundable, RefundDialog, ReviewDialog } from './acts/paymentActs'
import { ActButton } from './ActButton'
import { EventLog } from './EventLog'
import { Facts, Part } from './Facts'
import { History } from './History'
import { Peek } from './Peek'
import { RecentPayments } from './RecentPayments'
import type { OpenRow } from './useOpenRow'
import { concerned, kindName, reasonName, ruleHint, ruleName } from './words'

type Act = 'clear' | 'reject' | 'refund'

/** One payment in the sheet: what it is, why it waits or failed, its life, its sender's habits, and what can be done. */
export function PaymentPeek({ row }: { row: OpenRow }) {
  const t = useText(adminText)
  const acts = useText(adminActsText)
  const query = useStaffPayment(row.id)
  const [act, setAct] = useState<Act | null>(null)
  const payment = query.data
  const isHeld = payment?.status === 'UNDER_REVIEW'
  const refundable = payment !== undefined && isRefundable(payment)
  if (row.id === null) return null
  return (
    <>
      <Peek
        row={row}
        title={t('payment', { id: row.id })}
        keys={{ ...(isHeld && { a: () => setAct('clear'), r: () => setAct('reject') }), ...(refundable && { f: () => setAct('refund') }) }}
        actions={
          isHeld ? (
            <>
              <ActButton hotkey="r" onClick={() => setAct('reject')}>
                {acts('rejectHeld')}
              </ActButton>
              <ActButton hotkey="a" tone="primary" onClick={() => setAct('clear')}>
                {acts('clear')}
              </ActButton>
            </>
          ) : (
            refundable && (
              <ActButton hotkey="f" onClick={() => setAct('refund')}>
                {acts('refund')}
              </ActButton>
            )
          )
        }
      >
        <Read query={query}>{(data) => <Payment payment={data} />}</Read>
      </Peek>
      {payment && act === 'refund' && <RefundDialog payment={payment} onClose={() => setAct(null)} />}
      {payment && (act === 'clear' || act === 'reject') && (
        <ReviewDialog payment={payment} action={act} onClose={() => setAct(null)} onDone={row.close} />
      )}
    </>
  )
}

function Payment({ payment }: { payment: TransactionDetail }) {
  const t = useText(adminText)
  const status = useText(statusText)
  const reasons = useText(adminReasonsText)
  const sayReason = (code: string | null): string => reasonName(reasons, adminReasonsText.en, code)
  const person = concerned(payment)
  return (
    <>
      <p className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Money minor={fromWire(payment.amount)} size="figure" void={payment.status === 'FAILED'} />
        <Status of={payment.status} />
      </p>
      {payment.status === 'UNDER_REVIEW' && (
        <Notice tone="wait" title={ruleName(t, payment.reason)}>
          {ruleHint(t, payment.reason)}
        </Notice>
      )}
      {payment.status === 'FAILED' && payment.reason !== null && (
        <Notice tone="bad" title={t('whyFailed')}>
          {sayReason(payment.reason)}
        </Notice>
      )}
      <div className="mt-4">
        <PaymentFacts payment={payment} />
      </div>
      <Part title={t('timeline')}>
        <History
          empty={t('noHistory')}
          steps={payment.timeline.map(({ state, at, code }, index) => ({ key: index, at, title: status(state as keyof typeof statusText.en), detail: sayReason(code) }))}
        />
      </Part>
      {person && (
        <Part
          title={`${t('recentPayments')}: ${person.name}`}
          aside={
            <Link to={paths.adminCustomer(person.id)} className="text-small font-medium text-fjord hover:underline">
              {t('openCustomer')}
            </Link>
          }
        >
          <RecentPayments whose={{ userId: person.id }} except={payment.id} />
        </Part>
      )}
      <EventLog key={payment.id} transactionId={payment.id} />
    </>
  )
}

function PaymentFacts({ payment }: { payment: TransactionDetail }) {
  const t = useText(adminText)
  return (
    <Facts
      facts={[
        [t('from'), <Side key="from" userId={payment.src_user_id} name={payment.src_user_name} accountId={payment.src_account} number={payment.src_account_number} />],
        [t('to'), <Side key="to" userId={payment.dest_user_id} name={payment.dest_user_name} accountId={payment.dest_account} number={payment.dest_account_number} />],
        [t('kind'), kindName(t, payment.kind)],
        [t('time'), <When key="time" at={payment.timestamp} />],
        [t('note'), payment.note],
        [t('decisionReason'), payment.decision_reason],
        payment.reverses_id !== null && [t('refundOf'), <PaymentLink key="of" id={payment.reverses_id} />],
        payment.refund_id !== null && [t('refundedBy'), <PaymentLink key="by" id={payment.refund_id} />],
      ]}
    />
  )
}

function PaymentLink({ id }: { id: number }) {
  const t = useText(adminText)
  return (
    <Link to={`${paths.adminTransactions}?open=${id}`} className="font-medium text-fjord hover:underline">
      {t('payment', { id })}
    </Link>
  )
}

interface SideProps {
  userId: number | null
  name: string
  accountId: number | null
  number: string | null
}

/** A side of a payment; the customer's leads to the customer and the account. Without an account it is the bank. */
function Side({ userId, name, accountId, number }: SideProps) {
  const t = useText(adminText)
  if (accountId === null || userId === null) return t('theBank')
  return (
    <>
      <Link to={paths.adminCustomer(userId)} className="font-medium text-fjord hover:underline">
        {name}
      </Link>{' '}
      <Link to={`${paths.adminAccounts}?open=${accountId}`} className="tabular text-ink-2 hover:underline">
        {number}
      </Link>
    </>
  )
}
