import type { ReactNode, SubmitEvent } from 'react'
import { useText } from '@/lib/i18n'
import { transferText } from '@/locales/transfer'
import { Button } from '../ui/Button'

interface Props {
  title: string
  lead?: ReactNode
  onBack?: () => void
  onSubmit?: () => void
  /** What the button says that goes on; without it the step goes on by choosing. */
  submit?: string
  busy?: boolean
  children: ReactNode
}

/** One step of a transfer: one question, its answer, on and back. A form, so that Enter goes on. */
export function StepFrame({ title, lead, onBack, onSubmit, submit, busy, children }: Props) {
  const t = useText(transferText)
  const send = (event: SubmitEvent): void => {
    event.preventDefault()
    if (!busy) onSubmit?.()
  }
  return (
    <form noValidate onSubmit={send} className="flex flex-col gap-6">
      <div>
        <h2 tabIndex={-1} data-step-title className="text-title font-semibold outline-none">
          {title}
        </h2>
        {lead && <div className="mt-1 text-ink-2">{lead}</div>}
      </div>
      {children}
      {(onBack ?? submit) && (
        <div className="flex flex-wrap-reverse gap-3">
          {onBack && (
            <Button size="large" tone="quiet" onClick={onBack} className="max-sm:grow">
              {t('back')}
            </Button>
          )}
          {submit && (
            <Button type="submit" tone="primary" size="large" busy={busy} className="min-w-0 grow">
              {submit}
            </Button>
          )}
        </div>
      )}
    </form>
  )
}
