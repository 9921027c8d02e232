import { useState, type ReactNode } from 'react'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useText } from '@/lib/i18n'
import { adminActsText } from '@/locales/adminActs'
import { useRefreshStaff } from '@/services/queries/admin'
import ErrorDetail from '../../ErrorDetail'
import { ConfirmDialog } from '../../ui/ConfirmDialog'

export interface ActProps {
  onClose: () => void
  /** It went well: called after everything is being read again. */
  onDone?: () => void
}

/** What the bank says to a reason shorter than this is no. */
const REASON_LENGTH_MIN = 3

interface Props<Answer> extends ActProps {
  title: string
  description?: ReactNode
  confirmLabel: string
  danger?: boolean
  reason?: 'required' | 'optional'
  focusReason?: boolean
  /** What it will write, line by line. */
  writes: readonly (string | false)[]
  /** Is something missing? Then what, and nothing is sent. */
  check?: () => string | undefined
  act: (reason: string) => Promise<Answer>
  /** What the toast says afterwards. */
  said: (answer: Answer) => string
  children?: ReactNode
}

/** An act of staff: asks, shows what it will write, does it, tells what the bank refused, and reads everything again either way. */
export function ActDialog<Answer>(props: Props<Answer>) {
  const { onClose, onDone, title, description, confirmLabel, danger, reason, focusReason, writes, check, act, said, children } = props
  const t = useText(adminActsText)
  const { showSuccess } = useNotifications()
  const refresh = useRefreshStaff()
  const [error, setError] = useState<ReactNode>()

  const confirm = async (text: string): Promise<void> => {
    const problem = check?.() ?? (reason === 'required' && text.length < REASON_LENGTH_MIN ? t('reasonShort') : undefined)
    setError(problem)
    if (problem !== undefined) return
    try {
      const answer = await act(text)
      refresh()
      showSuccess(said(answer))
      onClose()
      onDone?.()
    } catch (failure) {
      refresh() // a colleague may have been quicker
      setError(<ErrorDetail error={failure} />)
    }
  }

  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={confirm}
      title={title}
      description={description}
      confirmLabel={confirmLabel}
      danger={danger}
      reason={reason}
      focusReason={focusReason}
      error={error}
    >
      {children}
      <Writes lines={[...writes, reason ? t('writesAudit') : t('writesAuditPlain')]} />
    </ConfirmDialog>
  )
}

function Writes({ lines }: { lines: readonly (string | false)[] }) {
  const t = useText(adminActsText)
  return (
    <div className="rounded-md bg-surface-2 px-4 py-3 text-small">
      <p className="font-semibold">{t('writes')}</p>
      <ul className="mt-1 list-disc pl-4 text-ink-2">
        {lines.map((line) => line !== false && <li key={line}>{line}</li>)}
      </ul>
    </div>
  )
}
