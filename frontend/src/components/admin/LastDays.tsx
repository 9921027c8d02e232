import { formatCount, formatDate } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { adminPagesText } from '@/locales/adminPages'
import { commonText } from '@/locales/common'
import type { SeriesName } from '@/services/api'
import { useSeries } from '@/services/queries/admin'
import type { Series } from '@/services/types'

const SERIES = [
  { series: 'user-growth', title: 'newCustomers', fill: 'bg-fjord' },
  { series: 'fraud-alerts', title: 'fraudAlerts', fill: 'bg-saffron' },
  { series: 'suspicious-activity', title: 'suspicious', fill: 'bg-saffron' },
  { series: 'errors', title: 'errors', fill: 'bg-bad' },
] as const satisfies readonly { series: SeriesName; title: string; fill: string }[]

/** Small figures side by side, day by day: growth, and what doesn't look right. */
export function LastDays() {
  const t = useText(adminPagesText)
  return (
    <section aria-labelledby="days">
      <h2 id="days" className="mb-3 text-title font-semibold">
        {t('lastDays')}
      </h2>
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
        {SERIES.map(({ series, title, fill }) => (
          <Small key={series} series={series} title={t(title)} fill={fill} />
        ))}
      </div>
    </section>
  )
}

function Small({ series, title, fill }: { series: SeriesName; title: string; fill: string }) {
  const common = useText(commonText)
  const language = useLanguage()
  const { data, isPending } = useSeries(series)
  return (
    <figure className="card flex flex-col p-4">
      <figcaption className="text-small font-medium text-ink-2">{title}</figcaption>
      {data ? (
        <>
          <p className="tabular text-figure font-light">{formatCount(data.total, language)}</p>
          <Bars data={data} fill={fill} />
          <DayTable data={data} title={title} summary={common('asTable')} />
        </>
      ) : (
        <p className={cn('mt-2 text-small text-ink-2', isPending && 'skeleton h-24')}>{!isPending && common('couldNotLoad')}</p>
      )}
    </figure>
  )
}

function Bars({ data, fill }: { data: Series; fill: string }) {
  const most = Math.max(1, ...data.periods.map(({ count }) => count))
  return (
    <div aria-hidden className="mt-2 flex h-10 items-end gap-px border-b border-line-1">
      {data.periods.map(({ start, count }) => (
        <span key={start} data-fill className={cn('grow basis-0 rounded-t-sm', count > 0 && 'min-h-0.5', fill)} style={{ height: `${(count / most) * 100}%` }} />
      ))}
    </div>
  )
}

/** Only the days on which something happened: thirty lines of nothing tell nobody anything. */
function DayTable({ data, title, summary }: { data: Series; title: string; summary: string }) {
  const language = useLanguage()
  const days = data.periods.filter(({ count }) => count > 0)
  if (days.length === 0) return null
  return (
    <details className="mt-2 text-small">
      <summary data-press className="inline-flex min-h-8 items-center font-medium text-fjord hover:underline">{summary}</summary>
      <table className="w-full">
        <caption className="sr-only">{title}</caption>
        <tbody>
          {days.map(({ start, count, groups }) => (
            <tr key={start} className="border-t border-line-1 align-baseline">
              <th scope="row" className="py-1.5 text-left font-normal text-ink-2">
                {formatDate(start, 'date', language)}
              </th>
              <td className="py-1.5 text-micro text-ink-2">{Object.entries(groups).map(([name, number]) => `${name} ${number}`).join(', ')}</td>
              <td className="tabular py-1.5 text-right">{formatCount(count, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
