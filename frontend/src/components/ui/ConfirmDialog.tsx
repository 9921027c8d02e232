import { useState, type ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { commonText } from '@/locales/common'
import { formsText } from '@/locales/forms'
import { Button } from './Button'
import { Dialog } from './Dialog'
import { TextArea } from './Field'

interface Props {
  open: boolean
  onClose: () => void
  /** Does it; with the reason if one is asked for. A promise keeps the button busy; close it yourself when it went well. */
  onConfirm: (reason: string) => void | Promise<void>
  title: string
  description?: ReactNode
  /** What the button says: the verb of the act, never "OK". */
  confirmLabel: string
  danger?: boolean
  /** Ask why; the bank writes it down with the act. */
  reason?: 'required' | 'optional'
  /** Who reads the reason; without it, what is so of an act of staff. */
  reasonHint?: string
  /** What the bank refused with. */
  error?: ReactNode
  /** The reason gets the focus first; off when something else is asked before it. */
  focusReason?: boolean
  /** What it will write: shown before it is done. */
  children?: ReactNode
}

/** Asks once more before something that can't simply be undone. */
export function ConfirmDialog(props: Props) {
  const { open, onClose, onConfirm, title, description, confirmLabel, danger, reason, reasonHint, focusReason = true, error, children } = props
  const t = useText(formsText)
  const common = useText(commonText)
  const [text, setText] = useState('')
  const [missing, setMissing] = useState(false)
  const [busy, setBusy] = useState(false)

  const confirm = async (): Promise<void> => {
    if (reason === 'required' && text.trim() === '') {
      setMissing(true)
      return
    }
    setBusy(true)
    try {
      await onConfirm(text.trim().replace(/\s+/g, ' ')) // the bank keeps one line
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button tone={danger ? 'danger' : 'primary'} busy={busy} onClick={() => void confirm()}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      {/* Ctrl+Enter confirms from anywhere inside, as in every box one writes in. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions */}
      <div
        className="flex flex-col gap-4"
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !busy) void confirm()
        }}
      >
        {children}
        {reason && (
          <TextArea
            data-focus-first={focusReason ? '' : undefined}
            label={reason === 'required' ? t('reason') : t('reasonOptional')}
            hint={reasonHint ?? t('reasonHint')}
            maxLength={200}
            value={text}
            error={missing && text.trim() === '' ? t('reasonMissing') : undefined}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <div role="alert" className="text-small font-medium text-bad empty:hidden">
          {error}
        </div>
      </div>
    </Dialog>
  )
}
