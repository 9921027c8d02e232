import { Check } from 'lucide-react'
import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react'
import { cn } from '@/lib/utils'

type CheckboxProps = Omit<InputHTMLAttributes<HTMLInputElement>, 'type' | 'className'> & {
  label: ReactNode
  ref?: Ref<HTMLInputElement>
}

/** A box to tick, with its sentence. */
export function Checkbox({ label, ...rest }: CheckboxProps) {
  return (
    <label className="flex min-h-11 items-start gap-3 py-2.5">
      <span className="relative mt-0.5 flex size-5 shrink-0">
        <input
          {...rest}
          type="checkbox"
          className="peer size-5 appearance-none rounded-sm border-2 border-line-2 bg-surface-1 checked:border-fjord checked:bg-fjord"
        />
        <Check aria-hidden strokeWidth={3.5} className="pointer-events-none absolute inset-0 m-auto hidden size-3.5 text-on-fjord peer-checked:block" />
      </span>
      <span>{label}</span>
    </label>
  )
}

interface SwitchProps {
  label: string
  hint?: ReactNode
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

/** On or off, at once: a switch never waits for a "save". */
export function Switch({ label, hint, checked, disabled, onChange }: SwitchProps) {
  const id = useId()
  return (
    <div className="flex min-h-11 items-center justify-between gap-4 py-2">
      <span>
        <span id={id} className="block font-medium">
          {label}
        </span>
        {hint && (
          <span id={`${id}-hint`} className="block text-small text-ink-3">
            {hint}
          </span>
        )}
      </span>
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        disabled={disabled}
        onClick={() => onChange(!checked)}
        className={cn(
          'relative h-7 w-12 shrink-0 rounded-full border-2 transition-colors duration-150 disabled:opacity-55',
          checked ? 'border-fjord bg-fjord' : 'border-line-2 bg-surface-2',
        )}
      >
        <span
          aria-hidden
          className={cn(
            'absolute top-0.5 left-0.5 size-5 rounded-full transition-transform duration-150',
            checked ? 'translate-x-5 bg-on-fjord' : 'bg-line-2',
          )}
        />
      </button>
    </div>
  )
}

interface CardOption<Value extends string> {
  value: Value
  title: ReactNode
  detail?: ReactNode
  /** Shown at the right: a balance, a price. */
  aside?: ReactNode
  disabled?: boolean
}

interface RadioCardsProps<Value extends string> {
  legend: string
  hideLegend?: boolean
  name: string
  options: readonly CardOption<Value>[]
  value: Value | null
  onChange: (value: Value) => void
  error?: string | undefined
}

/** One of a few that deserve more than a line each: accounts, kinds of account. */
export function RadioCards<Value extends string>({ legend, hideLegend, name, options, value, onChange, error }: RadioCardsProps<Value>) {
  const id = useId()
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined} className="flex flex-col gap-2">
      <legend className={hideLegend ? 'sr-only' : 'mb-2 text-small font-semibold'}>{legend}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className={cn(
            'flex min-h-14 items-center gap-3 rounded-md border px-4 py-3 transition-colors has-focus-visible:outline-3 has-focus-visible:outline-focus',
            option.value === value ? 'border-fjord bg-fjord-soft' : 'border-line-2 bg-surface-1 hover:bg-surface-2',
            option.disabled && 'opacity-55',
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
            className="size-5 shrink-0 appearance-none rounded-full border-2 border-line-2 bg-surface-1 outline-none checked:border-6 checked:border-fjord"
          />
          <span className="min-w-0 grow">
            <span className="block font-medium">{option.title}</span>
            {option.detail && <span className="block text-small text-ink-2">{option.detail}</span>}
          </span>
          {option.aside && <span className="shrink-0 text-right">{option.aside}</span>}
        </label>
      ))}
      {error && (
        <p id={`${id}-error`} className="text-small font-medium text-bad">
          {error}
        </p>
      )}
    </fieldset>
  )
}
