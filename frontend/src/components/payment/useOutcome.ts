import { useText } from '@/lib/i18n'
import { formatMoney } from '@/lib/money'
import { useBankSentence } from '@/locales/bank'
import { paymentText } from '@/locales/payment'
import type { Activity } from '@/services/activity'

export interface Outcome {
  tone: 'good' | 'bad' | 'wait' | 'calm'
  /** What happened, in a word or two. */
  title: string
  /** What it means for the money. */
  text: string
}

/** What became of a payment, said to the person who looks at it. Every state has its sentence. */
export function useOutcome(activity: Activity): Outcome {
  const t = useText(paymentText)
  const { sayCode } = useBankSentence()
  const settled = useSettled(activity)
  const { transaction, direction, amountMinor } = activity
  switch (transaction.status) {
    case 'PENDING':
      return { tone: 'calm', title: t('pendingTitle'), text: t('pendingHint') }
    case 'UNDER_REVIEW':
      return {
        tone: 'wait',
        title: t('heldTitle'),
        text: direction === 'in' ? t('heldInHint') : t('heldHint', { amount: formatMoney(amountMinor) }),
      }
    case 'FAILED': {
      // Why somebody else's payment failed is theirs to know; the bank doesn't tell it here.
      const isTheirs = transaction.kind === 'transfer' && direction === 'in'
      const text = sayCode(transaction.reason, transaction.reason_text ?? (isTheirs ? t('failedTheirsHint') : t('failedHint')))
      return { tone: 'bad', title: failedTitle(transaction.kind, t), text }
    }
    case 'REVERSED':
      return { tone: 'calm', title: t('reversedTitle'), text: direction === 'in' ? t('reversedInHint') : t('reversedHint') }
    case 'SUCCESS':
      return { tone: 'good', ...settled }
  }
}

type Say = ReturnType<typeof useText<(typeof paymentText)['en']>>

function failedTitle(kind: string, t: Say): string {
  return kind === 'deposit' ? t('failedInTitle') : kind === 'withdrawal' ? t('failedOutTitle') : t('failedTitle')
}

function useSettled({ transaction, direction, other }: Activity): { title: string; text: string } {
  const t = useText(paymentText)
  switch (transaction.kind) {
    case 'deposit':
      return { title: t('paidInTitle'), text: t('paidInHint') }
    case 'withdrawal':
      return { title: t('takenOutTitle'), text: t('takenOutHint') }
    case 'refund':
      return { title: t('refundTitle'), text: t('refundHint') }
    case 'transfer':
      if (direction === 'own' || other === null) return { title: t('movedTitle'), text: t('movedHint') }
      return direction === 'in'
        ? { title: t('receivedTitle'), text: t('receivedHint', { name: other.name }) }
        : { title: t('sentTitle'), text: t('sentHint', { name: other.name }) }
    default:
      return { title: t('adjustedTitle'), text: t('adjustedHint') }
  }
}
