import { useText } from '@/lib/i18n'
import { formsText } from '@/locales/forms'
import { TextInput } from './Field'

export interface Range {
  /** The first day, "2026-11-01", or '' for the beginning. */
  from: string
  /** The last day, or '' for today. */
  to: string
}

interface Props {
  value: Range
  onChange: (range: Range) => void
  /** The last day one can pick. */
  max?: string
}

/** Two days, the second not before the first. The platform's own calendars. */
export function DateRange({ value, onChange, max }: Props) {
  const t = useText(formsText)
  const reversed = value.from !== '' && value.to !== '' && value.from > value.to
  return (
    <div role="group" aria-label={t('dates')} className="grid grid-cols-2 gap-3">
      <TextInput
        type="date"
        label={t('from')}
        value={value.from}
        max={value.to || max}
        onChange={(event) => onChange({ ...value, from: event.target.value })}
      />
      <TextInput
        type="date"
        label={t('to')}
        value={value.to}
        min={value.from}
        max={max}
        error={reversed ? t('datesReversed') : undefined}
        onChange={(event) => onChange({ ...value, to: event.target.value })}
      />
    </div>
  )
}
