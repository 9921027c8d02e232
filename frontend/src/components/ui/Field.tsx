import { CircleAlert } from 'lucide-react'
import { useId, type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes } from 'react'
import { cn } from '@/lib/utils'

/** The looks of everything one types or picks in, but for the size of its words. */
export const CONTROL_OF_ANY_SIZE =
  'w-full min-h-12 rounded-md border border-line-2 bg-surface-1 px-3.5 py-2.5 text-ink-1 transition-colors ' +
  'hover:border-ink-3 aria-invalid:border-bad aria-invalid:border-2 disabled:bg-surface-2 disabled:text-ink-3'
export const CONTROL = `${CONTROL_OF_ANY_SIZE} text-field`

export interface FieldProps {
  label: string
  /** What to know before typing. */
  hint?: ReactNode
  /** What is wrong and how to put it right. */
  error?: string | undefined
  /** The label is for screen readers only: where the place says it already. */
  hideLabel?: boolean
  className?: string
}

/** What a control needs to belong to its label, hint and error. */
interface ControlProps {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A label, its control, a hint before it and the error between them, as on gov.uk: read in the order of need. */
export function Field({ label, hint, error, hideLabel, className, children }: FieldProps & { children: (control: ControlProps) => ReactNode }) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-small font-semibold text-ink-1'}>
        {label}
      </label>
      {hint && (
        <div id={`${id}-hint`} className="text-small text-ink-3">
          {hint}
        </div>
      )}
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={`${id}-error`} className="flex gap-1.5 text-small font-medium text-bad">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {error}
        </p>
      )}
    </div>
  )
}

type TextInputProps = FieldProps & Omit<InputHTMLAttributes<HTMLInputElement>, 'className'> & { ref?: Ref<HTMLInputElement> }

export function TextInput({ label, hint, error, hideLabel, className, ...rest }: TextInputProps) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => <input {...rest} {...control} className={CONTROL} />}
    </Field>
  )
}

type TextAreaProps = FieldProps & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className'> & { ref?: Ref<HTMLTextAreaElement> }

export function TextArea({ label, hint, error, hideLabel, className, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => <textarea rows={3} {...rest} {...control} className={CONTROL} />}
    </Field>
  )
}
