import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { useBankSentence } from '@/locales/bank'
import { paymentText } from '@/locales/payment'
import type { TransactionDetail } from '@/services/types'
import { When } from '../When'

const STEPS = {
  PENDING: { text: 'stepPending', dot: 'bg-calm' },
  UNDER_REVIEW: { text: 'stepHeld', dot: 'bg-wait' },
  SUCCESS: { text: 'stepDone', dot: 'bg-good' },
  FAILED: { text: 'stepFailed', dot: 'bg-bad' },
  REVERSED: { text: 'stepReversed', dot: 'bg-ink-3' },
} as const

/** The life of a payment, oldest first. */
export function Timeline({ steps }: { steps: TransactionDetail['timeline'] }) {
  const t = useText(paymentText)
  const { sayCode } = useBankSentence()
  return (
    <section aria-labelledby="timeline">
      <h3 id="timeline" className="mb-3 text-small font-semibold text-ink-2">
        {t('timeline')}
      </h3>
      <ol className="flex flex-col">
        {steps.map(({ state, at, code, detail }, index) => {
          const known = state in STEPS ? STEPS[state as keyof typeof STEPS] : null
          return (
            <li key={state} className="relative flex gap-3 pb-4 last:pb-0">
              {index < steps.length - 1 && <span aria-hidden className="absolute top-3 bottom-0 left-[0.28125rem] w-px bg-line-2" />}
              <span aria-hidden data-fill className={cn('mt-1.5 size-2.5 shrink-0 rounded-full', known?.dot ?? 'bg-line-2')} />
              <span>
                <span className="block">{known ? t(known.text) : sayCode(code, detail)}</span>
                <span className="tabular block text-small text-ink-3">
                  <When at={at} />
                </span>
              </span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
