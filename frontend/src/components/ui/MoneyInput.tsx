import { useLayoutEffect, useRef, useState, type ChangeEvent, type Ref } from 'react'
import { useLanguage, useText } from '@/lib/i18n'
import { editAmount, parseAmount } from '@/lib/money-entry'
import { moneyInWords } from '@/lib/money-words'
import { cn } from '@/lib/utils'
import { formsText } from '@/locales/forms'
import { CONTROL_OF_ANY_SIZE, Field, type FieldProps } from './Field'

type Props = FieldProps & {
  /** What the field shows, grouped ("1,50,000.50"); read it with `parseAmount`. */
  value: string
  onChange: (text: string) => void
  onBlur?: () => void
  name?: string
  /** The big one, for the step that asks for nothing else. */
  large?: boolean
  ref?: Ref<HTMLInputElement>
}

/** An amount of rupees: groups while one types, takes what one pastes or says that it doesn't, and spells it out. */
export function MoneyInput({ label, hint, error, hideLabel, className, value, onChange, large, ref, ...rest }: Props) {
  const t = useText(formsText)
  const language = useLanguage()
  const input = useRef<HTMLInputElement>(null)
  const caret = useRef<number | null>(null)
  const minor = parseAmount(value)
  const [refusedAt, setRefusedAt] = useState<string>()
  const isRefused = refusedAt === value

  useLayoutEffect(() => {
    if (caret.current === null) return
    input.current?.setSelectionRange(caret.current, caret.current)
    caret.current = null
  })

  const edit = (event: ChangeEvent<HTMLInputElement>): void => {
    const { value: typed, selectionStart } = event.target
    const edited = editAmount(typed, selectionStart ?? typed.length)
    // A key that does nothing says enough; of what was pasted one would believe that it stands there.
    if (edited !== null) setRefusedAt(undefined)
    else if ((event.nativeEvent as InputEvent).data?.length !== 1) setRefusedAt(value)
    // Refused: the field keeps what it had, and the caret the place it had before the key.
    caret.current = edited?.caret ?? Math.max(0, (selectionStart ?? 1) - (typed.length - value.length))
    onChange(edited?.text ?? value)
  }

  const attach = (element: HTMLInputElement | null): void => {
    input.current = element
    if (typeof ref === 'function') ref(element)
    else if (ref) ref.current = element
  }

  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => (
        <>
          <div className="relative">
            <span aria-hidden className={cn('pointer-events-none absolute inset-y-0 left-0 flex items-center pl-3.5 text-ink-3', large && 'text-figure font-light')}>
              ₹
            </span>
            <input
              {...rest}
              {...control}
              ref={attach}
              value={value}
              onChange={edit}
              inputMode="decimal"
              autoComplete="off"
              placeholder="0"
              className={cn(CONTROL_OF_ANY_SIZE, 'tabular pl-8', large ? 'min-h-18 pl-12 text-figure font-light' : 'text-field')}
            />
          </div>
          <p aria-live="polite" className={cn('min-h-5 text-small first-letter:uppercase', isRefused ? 'text-bad' : 'text-ink-3')}>
            {isRefused ? t('amountRefused') : minor !== null && moneyInWords(minor, language)}
          </p>
        </>
      )}
    </Field>
  )
}
