import { useText } from '@/lib/i18n'
import { useTyping } from '@/lib/useTyping'
import { formsText } from '@/locales/forms'
import { TextInput, type FieldProps } from './Field'

export interface Range {
  /** The first day, "2026-11-01", or '' for the beginning. */
  from: string
  /** The last day, or '' for today. */
  to: string
}

interface Props {
  value: Range
  /** Called with the day that changed. */
  onChange: (change: Partial<Range>) => void
  /** The last day one can pick. */
  max?: string
}

/** Two days, the second not before the first. The platform's own calendars. */
export function DateRange({ value, onChange, max }: Props) {
  const t = useText(formsText)
  const reversed = value.from !== '' && value.to !== '' && value.from > value.to
  return (
    <div role="group" aria-label={t('dates')} className="grid grid-cols-2 gap-3">
      <Day label={t('from')} value={value.from} max={value.to || max} onChange={(from) => onChange({ from })} />
      <Day
        label={t('to')}
        value={value.to}
        min={value.from}
        max={max}
        error={reversed ? t('datesReversed') : undefined}
        onChange={(to) => onChange({ to })}
      />
    </div>
  )
}

type DayProps = FieldProps & { value: string; min?: string; max?: string; onChange: (day: string) => void }

/** A day, told on when it is typed: whoever sets the field between two keys has the browser begin it anew. */
function Day({ value, onChange, ...rest }: DayProps) {
  const [text, setText] = useTyping(value, onChange)
  return <TextInput {...rest} type="date" value={text} onChange={(event) => setText(event.target.value)} />
}
