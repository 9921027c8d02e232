import { useId, useState } from 'react'
import { useText } from '@/lib/i18n'
import { formatMoney, shortMoney } from '@/lib/money'
import { cn } from '@/lib/utils'
import { commonText } from '@/locales/common'
import { ChartTable } from './ChartTable'

interface Bar {
  key: string
  /** Under the bar: short. */
  label: string
  /** In the table and when chosen: in full. */
  name: string
  minor: number
}

interface Props {
  title: string
  bars: readonly Bar[]
  /** The bar that matters now. */
  highlight?: string
}

/** Amounts side by side. The figures stand in a table for those who read them; a bar tells its own on hover. */
export function BarChart({ title, bars, highlight }: Props) {
  const t = useText(commonText)
  const id = useId()
  const [hovered, setHovered] = useState<string | null>(null)
  const most = Math.max(1, ...bars.map((bar) => bar.minor))
  const shown = bars.find((bar) => bar.key === (hovered ?? highlight))
  return (
    <figure aria-labelledby={id}>
      <figcaption id={id} className="sr-only">
        {title}
      </figcaption>
      <p aria-hidden className="mb-3 flex items-baseline justify-between gap-2 text-small text-ink-2">
        <span>{shown?.name}</span>
        <span className="tabular text-title font-medium text-ink-1">{shown && formatMoney(shown.minor)}</span>
      </p>
      <div aria-hidden className="flex h-32 items-end gap-2 border-b border-line-1" onPointerLeave={() => setHovered(null)}>
        {bars.map((bar) => (
          <div key={bar.key} onPointerEnter={() => setHovered(bar.key)} className="flex h-full grow basis-0 items-end">
            <div
              data-fill
              style={{ height: `${Math.max((bar.minor / most) * 100, bar.minor > 0 ? 2 : 0)}%` }}
              className={cn(
                'mx-auto w-full max-w-9 rounded-t-sm transition-colors',
                bar.key === (hovered ?? highlight) ? 'bg-fjord' : 'bg-chart-rest',
              )}
            />
          </div>
        ))}
      </div>
      <div aria-hidden className="mt-1.5 flex gap-2">
        {bars.map((bar) => (
          <span key={bar.key} className="grow basis-0 text-center text-micro text-ink-3" title={shortMoney(bar.minor)}>
            {bar.label}
          </span>
        ))}
      </div>
      <ChartTable summary={t('asTable')} title={title} rows={bars.map(({ key, name, minor }) => ({ key, name, minor }))} />
    </figure>
  )
}
