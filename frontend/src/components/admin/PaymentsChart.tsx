import { useState } from 'react'
import { formatCount, formatDate } from '@/lib/dates'
import { useLanguage, useText, type Language } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { useSearchParam } from '@/lib/useSearchParam'
import { cn } from '@/lib/utils'
import { adminPagesText } from '@/locales/adminPages'
import { commonText } from '@/locales/common'
import { useTrends } from '@/services/queries/admin'
import type { Interval, Trends } from '@/services/types'
import { Read } from '../ListFaces'
import { Chips } from '../ui/Chips'

const SPANS = ['hour', 'day', 'month'] as const
type Span = (typeof SPANS)[number]
type Period = Trends['periods'][number]

/** Done at the foot, what is open on it, what failed on top: the same order in the bars, the legend and the table. */
const PARTS = [
  { name: 'done', fill: 'bg-fjord', states: ['SUCCESS'] },
  { name: 'open', fill: 'bg-saffron', states: ['PENDING', 'UNDER_REVIEW'] },
  { name: 'failed', fill: 'bg-bad', states: ['FAILED', 'REVERSED'] },
] as const

/** How many payments were ordered, hour by hour (or day, or month), and what became of them. */
export function PaymentsChart() {
  const t = useText(adminPagesText)
  const [span, setSpan] = useSearchParam<Span>('span', 'hour')
  const interval = SPANS.find((one) => one === span) ?? 'hour'
  const query = useTrends(interval)
  return (
    <section aria-labelledby="chart" className="card p-4">
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h2 id="chart" className="font-semibold">
          {t('paymentsOverTime')}
        </h2>
        <Chips
          label={t('span')}
          value={interval}
          onChange={setSpan}
          options={[{ value: 'hour', label: t('spanHour') }, { value: 'day', label: t('spanDay') }, { value: 'month', label: t('spanMonth') }]}
        />
      </div>
      <Read query={query} skeleton={<div aria-hidden className="skeleton h-72" />}>
        {(trends) => <Chart trends={trends} interval={interval} />}
      </Read>
    </section>
  )
}

function Chart({ trends, interval }: { trends: Trends; interval: Interval }) {
  const t = useText(adminPagesText)
  const language = useLanguage()
  const [hovered, setHovered] = useState<string | null>(null)
  const { periods, total, degraded } = trends
  const most = Math.max(1, ...periods.map(({ count }) => count))
  const shown = periods.find(({ start }) => start === hovered)
  const sum = periods.reduce((minor, period) => minor + fromWire(period.amount), 0)
  return (
    <figure aria-labelledby="chart">
      <p className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
        <span className="tabular text-figure font-light">{formatCount(shown?.count ?? total, language)}</span>
        <span className="text-small text-ink-2">
          {shown ? `${periodName(shown.start, interval, language)}: ${formatMoney(fromWire(shown.amount))}` : `${formatMoney(sum)} ${t('moved')}`}
        </span>
      </p>
      <div aria-hidden className="mt-3 flex h-44 items-end gap-px border-b border-line-1 sm:gap-1" onPointerLeave={() => setHovered(null)}>
        {periods.map((period) => (
          <div key={period.start} onPointerEnter={() => setHovered(period.start)} className={cn('flex h-full grow basis-0 flex-col-reverse rounded-t-sm', hovered === period.start && 'bg-surface-2')}>
            {PARTS.map(({ name, fill, states }) => {
              const count = countOf(period, states)
              return count > 0 && <div key={name} data-fill className={cn('min-h-0.5 first:last:rounded-t-sm last:rounded-t-sm', fill)} style={{ height: `${(count / most) * 100}%` }} />
            })}
          </div>
        ))}
      </div>
      <Axis periods={periods} interval={interval} />
      <ul aria-hidden className="mt-3 flex flex-wrap gap-x-5 gap-y-1 text-small text-ink-2">
        {PARTS.map(({ name, fill, states }) => (
          <li key={name} className="flex items-center gap-2">
            <span data-fill className={cn('size-2.5 rounded-full', fill)} />
            {t(name)}
            <span className="tabular font-semibold text-ink-1">{formatCount((shown ? [shown] : periods).reduce((count, period) => count + countOf(period, states), 0), language)}</span>
          </li>
        ))}
      </ul>
      <Figures trends={trends} interval={interval} />
      {degraded && <p className="mt-2 text-micro text-ink-2">{t('degraded')}</p>}
    </figure>
  )
}

const NAMED_MAX = 6

/** Names a few periods, each where its bar begins; on a phone every other one of them. */
function Axis({ periods, interval }: { periods: readonly Period[]; interval: Interval }) {
  const language = useLanguage()
  const step = Math.ceil(periods.length / NAMED_MAX)
  return (
    <div aria-hidden className="relative mt-1.5 h-4 text-micro text-ink-3">
      {periods.map(
        ({ start }, index) =>
          index % step === 0 && (
            <span key={start} className={cn('absolute top-0 whitespace-nowrap', (index / step) % 2 === 1 && 'max-sm:hidden')} style={{ left: `${(index / periods.length) * 100}%` }}>
              {formatDate(start, interval === 'hour' ? 'time' : interval === 'day' ? 'dayShort' : 'monthShort', language)}
            </span>
          ),
      )}
    </div>
  )
}

function Figures({ trends, interval }: { trends: Trends; interval: Interval }) {
  const t = useText(adminPagesText)
  const common = useText(commonText)
  const language = useLanguage()
  const cell = 'tabular py-1.5 text-right'
  return (
    <details className="mt-3 text-small">
      <summary data-press className="inline-flex min-h-8 items-center font-medium text-fjord hover:underline">{common('asTable')}</summary>
      <div className="max-h-80 overflow-y-auto">
        <table className="w-full">
          <caption className="sr-only">{t('paymentsOverTime')}</caption>
          <thead>
            <tr className="text-micro text-ink-2">
              <th scope="col" className="py-1.5 text-left font-semibold">
                {t('period')}
              </th>
              {PARTS.map(({ name }) => (
                <th key={name} scope="col" className="py-1.5 text-right font-semibold">
                  {t(name)}
                </th>
              ))}
              <th scope="col" className="py-1.5 text-right font-semibold">
                {t('all')}
              </th>
            </tr>
          </thead>
          <tbody>
            {trends.periods.map((period) => (
              <tr key={period.start} className="border-t border-line-1">
                <th scope="row" className="py-1.5 text-left font-normal text-ink-2">
                  {periodName(period.start, interval, language)}
                </th>
                {PARTS.map(({ name, states }) => (
                  <td key={name} className={cell}>
                    {formatCount(countOf(period, states), language)}
                  </td>
                ))}
                <td className={cell}>{formatCount(period.count, language)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

function countOf({ groups }: Period, states: readonly string[]): number {
  return states.reduce((count, state) => count + (groups[state] ?? 0), 0)
}

function periodName(start: string, interval: Interval, language: Language): string {
  return formatDate(start, interval === 'hour' ? 'dateTime' : interval === 'day' ? 'date' : 'month', language)
}
