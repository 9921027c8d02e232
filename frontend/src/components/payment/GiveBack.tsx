import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { formatMoney } from '@/lib/money'
import { paymentText } from '@/locales/payment'
import { useRefund } from '@/services/queries/transactions'
import ErrorDetail from '../ErrorDetail'
import { ConfirmDialog } from '../ui/ConfirmDialog'

interface Props {
  transactionId: number
  name: string
  amountMinor: number
  onClose: () => void
}

/** Gives a payment that one received back to who sent it, with a reason. */
export function GiveBack({ transactionId, name, amountMinor, onClose }: Props) {
  const t = useText(paymentText)
  const refund = useRefund(transactionId)
  const [error, setError] = useState<unknown>()
  const giveBack = async (reason: string): Promise<void> => {
    setError(undefined)
    await refund.mutateAsync(reason).then(onClose, setError)
  }
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={giveBack}
      title={t('giveBackTitle', { amount: formatMoney(amountMinor) })}
      description={t('giveBackHint', { name })}
      confirmLabel={t('giveBack')}
      reason="required"
      reasonHint={t('giveBackReasonHint', { name })}
      error={error !== undefined && <ErrorDetail error={error} />}
    />
  )
}
