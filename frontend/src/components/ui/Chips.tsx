import { X } from 'lucide-react'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { formsText } from '@/locales/forms'
import type { Option } from './Select'

interface Props<Value extends string> {
  label: string
  options: readonly Option<Value>[]
  value: Value
  onChange: (value: Value) => void
}

/** A filter as a row of chips, one of them on. Keep the choice in the address (`useSearchParam`). */
export function Chips<Value extends string>({ label, options, value, onChange }: Props<Value>) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-2">
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          lang={option.lang}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            'min-h-9 rounded-full border px-3.5 text-small font-medium transition-colors pointer-coarse:min-h-11',
            option.value === value ? 'border-fjord bg-fjord text-on-fjord' : 'border-line-2 text-ink-1 hover:bg-surface-2',
          )}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}

/** A filter that is on, with a cross to take it off. */
export function FilterChip({ children, onRemove }: { children: string; onRemove: () => void }) {
  const t = useText(formsText)
  return (
    <button
      type="button"
      onClick={onRemove}
      aria-label={t('removeFilter', { name: children })}
      className="inline-flex min-h-9 items-center gap-1.5 rounded-full bg-fjord-soft px-3 text-small font-medium text-fjord hover:bg-surface-3"
    >
      {children}
      <X aria-hidden className="size-3.5" />
    </button>
  )
}
