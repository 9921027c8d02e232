import { dayHeading, formatDate, instantOf } from '@/lib/dates'
import { useLanguage } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'

/** The day above its rows in a list: "Today", or its name; on paper, which is read some other day, its whole date. */
export function DayHeading({ day }: { day: string }) {
  const language = useLanguage()
  return (
    <h2 className="bg-surface-0 px-4 pt-3 pb-1.5 text-small font-semibold text-ink-2">
      <span className="print:hidden">{dayHeading(day, useNow(), language)}</span>
      <span className="hidden print:inline">{formatDate(instantOf(day), 'dayLong', language)}</span>
    </h2>
  )
}
