import { ChevronDown, Search, X } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { useTyping } from '@/lib/useTyping'
import { cn } from '@/lib/utils'
import { adminText } from '@/locales/admin'
import { formsText } from '@/locales/forms'
import { FilterPanel } from '../ui/FilterPanel'
import type { Option } from '../ui/Select'

const CONTROL = 'min-h-9 rounded-md border text-small pointer-coarse:min-h-11 pointer-coarse:text-field'
const OFF = 'border-line-2 bg-surface-1 text-ink-1 hover:border-ink-3'
const ON = 'border-fjord bg-fjord-soft font-semibold text-fjord'

interface ToolbarProps {
  search?: ReactNode
  /** How many filters are on, the search aside. */
  on?: number
  children?: ReactNode
}

/** The search and the filters of a table, in one row that wraps. */
export function Toolbar({ search, on = 0, children }: ToolbarProps) {
  const t = useText(formsText)
  return (
    <div data-press role="search" aria-label={t('filters')} className="flex flex-col gap-2 sm:flex-row sm:flex-wrap sm:items-end sm:gap-x-3">
      <FilterPanel dense search={search} on={on}>
        {children}
      </FilterPanel>
    </div>
  )
}

interface SearchProps {
  label: string
  placeholder?: string
  value: string
  /** Called when typing pauses. */
  onChange: (value: string) => void
}

/** Words to look for. "/" jumps here. */
export function SearchFilter({ label, placeholder, value, onChange }: SearchProps) {
  const t = useText(adminText)
  const id = useId()
  const [text, setText] = useTyping(value, onChange)
  return (
    <div className="relative">
      <label htmlFor={id} className="sr-only">
        {label}
      </label>
      <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-3 my-auto size-4 text-ink-3" />
      <input
        id={id}
        type="search"
        data-search
        autoComplete="off"
        spellCheck={false}
        maxLength={100}
        placeholder={placeholder ?? label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={cn(CONTROL, OFF, 'w-full pr-9 pl-9 [&::-webkit-search-cancel-button]:hidden')}
      />
      {text !== '' && (
        <button
          type="button"
          aria-label={t('clearSearch')}
          onClick={() => setText('')}
          className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-md text-ink-3 hover:text-ink-1"
        >
          <X aria-hidden className="size-4" />
        </button>
      )}
    </div>
  )
}

interface SelectProps<Value extends string> {
  label: string
  /** What one may choose besides any. */
  options: readonly Option<Value>[]
  /** Empty: any. */
  value: Value | ''
  onChange: (value: Value | '') => void
}

/** Any or one of a few, with its name above it in small. Stands out while it filters. */
export function SelectFilter<Value extends string>({ label, options, value, onChange }: SelectProps<Value>) {
  const t = useText(adminText)
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-micro font-medium text-ink-2">
        {label}
      </label>
      <div className="relative sm:max-w-52">
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(event.target.value as Value | '')}
          className={cn(CONTROL, value === '' ? OFF : ON, 'w-full appearance-none py-1 pr-8 pl-2.5')}
        >
          <option value="">{t('any')}</option>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden className="pointer-events-none absolute inset-y-0 right-2.5 my-auto size-4" />
      </div>
    </div>
  )
}

interface InputProps {
  label: string
  type: 'date' | 'text'
  inputMode?: 'numeric' | 'decimal'
  value: string
  onChange: (value: string) => void
  min?: string
  max?: string
}

/** A day, a number or an amount to narrow by. */
export function InputFilter({ label, type, inputMode, value, onChange, min, max }: InputProps) {
  const id = useId()
  const [text, setText] = useTyping(value, onChange)
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-micro font-medium text-ink-2">
        {label}
      </label>
      <input
        id={id}
        type={type}
        inputMode={inputMode}
        autoComplete="off"
        value={text}
        min={min}
        max={max}
        placeholder={inputMode === 'decimal' ? '₹' : undefined}
        onChange={(event) => setText(event.target.value)}
        className={cn(CONTROL, value === '' ? OFF : ON, 'w-full px-2.5', type === 'date' ? 'sm:w-36' : 'tabular sm:w-24')}
      />
    </div>
  )
}
