import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { IN_PLACE, paths } from '@/lib/paths'
import { paymentText } from '@/locales/payment'
import type { TransactionDetail } from '@/services/types'
import { CopyButton } from '../CopyButton'
import { When } from '../When'

/** Who, when, what for, and the number to ask about it by. */
export function Facts({ transaction }: { transaction: TransactionDetail }) {
  const t = useText(paymentText)
  const { id, refund_id: refundId, reverses_id: reversesId } = transaction
  return (
    <section aria-label={t('details')}>
      <dl className="divide-y divide-line-1 border-y border-line-1">
        <Fact name={t('when')}>
          <When at={transaction.timestamp} />
        </Fact>
        <Fact name={t('from')}>
          <Side name={transaction.src_user_name} number={transaction.src_account_number} />
        </Fact>
        <Fact name={t('to')}>
          <Side name={transaction.dest_user_name} number={transaction.dest_account_number} />
        </Fact>
        {transaction.note !== '' && <Fact name={t('note')}>{transaction.note}</Fact>}
        <Fact name={t('number')}>
          <span className="flex flex-wrap items-center justify-end gap-2">
            <span className="tabular">{id}</span>
            <CopyButton text={String(id)} label={t('copy')} done={t('copied')} />
          </span>
        </Fact>
      </dl>
      <p className="mt-2 text-small text-ink-3">{t('numberHint')}</p>
      {reversesId !== null && <Other id={reversesId}>{t('refundOf', { id: reversesId })}</Other>}
      {refundId !== null && <Other id={refundId}>{t('refundedBy', { id: refundId })}</Other>}
    </section>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-11 items-center justify-between gap-6 py-2">
      <dt className="shrink-0 text-ink-2">{name}</dt>
      <dd className="min-w-0 text-right break-words">{children}</dd>
    </div>
  )
}

function Side({ name, number }: { name: string; number: string | null }) {
  return (
    <>
      <span className="block">{name}</span>
      {number !== null && <span className="tabular block text-small text-ink-3">{number}</span>}
    </>
  )
}

function Other({ id, children }: { id: number; children: ReactNode }) {
  return (
    <Link to={paths.transaction(id)} state={IN_PLACE} replace className="mt-2 inline-flex min-h-11 items-center font-medium text-fjord underline underline-offset-4">
      {children}
    </Link>
  )
}
