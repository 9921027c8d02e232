import { useText } from '@/lib/i18n'
import { once } from '@/lib/keys'
import { formatMoney, fromWire } from '@/lib/money'
import { adminActsText } from '@/locales/adminActs'
import { adminAPI } from '@/services/api'
import type { Transaction, TransactionDetail } from '@/services/types'
import { ActDialog, type ActProps } from './ActDialog'
import { MovementPreview } from './MovementPreview'

/** Let a held payment's money move, or give it back. */
export function ReviewDialog({ payment, action, ...rest }: ActProps & { payment: Transaction; action: 'clear' | 'reject' }) {
  const t = useText(adminActsText)
  const amount = formatMoney(fromWire(payment.amount))
  const [payer, payee] = [payment.src_user_name, payment.dest_user_name]
  const clears = action === 'clear'
  return (
    <ActDialog
      {...rest}
      title={clears ? t('clearTitle', { amount, name: payee }) : t('rejectHeldTitle', { amount, name: payer })}
      confirmLabel={clears ? t('clear') : t('rejectHeld')}
      danger={!clears}
      reason="required"
      writes={[
        clears ? t('writesCleared', { id: payment.id }) : t('writesRejected', { id: payment.id }),
        !clears && t('writesReleased', { amount, name: payer }),
        t('writesNotice', { name: payer }),
        clears && payee !== payer && t('writesNotice', { name: payee }),
      ]}
      act={(reason) => adminAPI.reviewTransaction(payment.id, action, reason)}
      said={() => (clears ? t('cleared', { amount, name: payee }) : t('rejected', { amount, name: payer }))}
    >
      {clears && <BothSides payment={payment} />}
    </ActDialog>
  )
}

/** Give a settled transfer back by a movement in the other direction (S71). */
export function RefundDialog({ payment, ...rest }: ActProps & { payment: Transaction }) {
  const t = useText(adminActsText)
  const amount = formatMoney(fromWire(payment.amount))
  const name = payment.src_user_name
  const refund = (reason: string): Promise<TransactionDetail> =>
    once('refund', { payment: payment.id, reason }, (key) => adminAPI.refundTransaction(payment.id, reason, key))
  return (
    <ActDialog
      {...rest}
      title={t('refundTitle', { amount, name })}
      description={t('refundHint')}
      confirmLabel={t('refund')}
      danger
      reason="required"
      writes={[t('writesRefund', { id: payment.id }), t('writesNotice', { name }), payment.dest_user_name !== name && t('writesNotice', { name: payment.dest_user_name })]}
      act={refund}
      said={() => t('refunded', { amount, name })}
    >
      <BothSides payment={payment} reversed />
    </ActDialog>
  )
}

/** A transfer is given back once, and only when it succeeded. */
export function isRefundable({ kind, status }: Transaction): boolean {
  return kind === 'transfer' && status === 'SUCCESS'
}

function BothSides({ payment, reversed = false }: { payment: Transaction; reversed?: boolean }) {
  const minor = fromWire(payment.amount)
  const payer = { key: 'payer', account: `${payment.src_user_name} ${payment.src_account_number ?? ''}`, minor }
  const payee = { key: 'payee', account: `${payment.dest_user_name} ${payment.dest_account_number ?? ''}`, minor }
  return (
    <MovementPreview
      legs={[
        { ...(reversed ? payee : payer), side: 'debit' },
        { ...(reversed ? payer : payee), side: 'credit' },
      ]}
    />
  )
}
