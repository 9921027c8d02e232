import { dayHeading } from '@/lib/dates'
import { useLanguage } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'

/** The day above its rows in a list: "Today", or its name. */
export function DayHeading({ day }: { day: string }) {
  return <h2 className="bg-surface-0 px-4 pt-3 pb-1.5 text-small font-semibold text-ink-2">{dayHeading(day, useNow(), useLanguage())}</h2>
}
