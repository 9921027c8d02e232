import type { ReactNode } from 'react'
import { useBankSentence } from '@/locales/bank'
import { Reference } from './Reference'
import { Notice } from './ui/Notice'

interface Props {
  error: unknown
  /** What didn't happen; without it the bank's sentence stands alone. */
  title?: string
  /** The next step. */
  action?: ReactNode
}

/** The bank said no to what the person just asked for: why, and what can be done. */
export function Refusal({ error, title, action }: Props) {
  const { sayError } = useBankSentence()
  return (
    <Notice tone="bad" alert title={title ?? sayError(error)} action={action}>
      {title !== undefined && sayError(error)}
      <Reference error={error} />
    </Notice>
  )
}
