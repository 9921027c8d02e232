import { dayHeading } from '@/lib/dates'
import { useLanguage } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'
import { byDay, type Activity } from '@/services/activity'
import { ActivityRow } from './ActivityRow'

/** Payments, newest first, under the headings of their days. */
export function ActivityFeed({ activities, hidden }: { activities: readonly Activity[]; hidden?: boolean }) {
  const language = useLanguage()
  const now = useNow()
  return (
    <div className="flex flex-col gap-4">
      {byDay(activities).map((day) => (
        <section key={day.key}>
          <h3 className="mb-1 px-4 text-small font-semibold text-ink-3">{dayHeading(day.key, now, language)}</h3>
          <ul>
            {day.items.map((activity) => (
              <li key={activity.transaction.id}>
                <ActivityRow activity={activity} hidden={hidden} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}
