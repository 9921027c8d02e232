import { ChevronDown } from 'lucide-react'
import type { Ref, SelectHTMLAttributes } from 'react'
import { cn } from '@/lib/utils'
import { CONTROL, Field, type FieldProps } from './Field'

export interface Option<Value extends string = string> {
  value: Value
  label: string
  disabled?: boolean
  /** The language of the label, where it isn't the page's. */
  lang?: string
}

type Props = FieldProps &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className'> & { options: readonly Option[]; ref?: Ref<HTMLSelectElement> }

/** One of a few. The platform's own list: the best there is on a phone, and at home with every assistive tool. */
export function Select({ label, hint, error, hideLabel, className, options, ...rest }: Props) {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => (
        <div className="relative">
          <select {...rest} {...control} className={cn(CONTROL, 'appearance-none pr-10')}>
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown aria-hidden className="pointer-events-none absolute inset-y-0 right-3 my-auto size-4.5 text-ink-3" />
        </div>
      )}
    </Field>
  )
}
