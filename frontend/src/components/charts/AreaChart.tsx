import { useId, useState, type PointerEvent } from 'react'
import { useText } from '@/lib/i18n'
import { formatMoney } from '@/lib/money'
import { commonText } from '@/locales/common'
import { ChartTable } from './ChartTable'

interface Point {
  key: string
  /** The day, as it is told. */
  name: string
  minor: number
}

const WIDTH = 600
const HEIGHT = 160

/** A balance over time, oldest point first. Drawn as steps: a balance doesn't slide from one day to the next. */
export function AreaChart({ title, points }: { title: string; points: readonly Point[] }) {
  const t = useText(commonText)
  const id = useId()
  const [hovered, setHovered] = useState<number | null>(null)
  const shown = points[hovered ?? points.length - 1]
  const line = stepLine(points)

  const onPointerMove = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect()
    setHovered(Math.min(points.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * points.length))))
  }

  return (
    <figure aria-labelledby={id}>
      <figcaption id={id} className="sr-only">
        {title}
      </figcaption>
      <p aria-hidden className="mb-3 flex items-baseline justify-between gap-2 text-small text-ink-2">
        <span>{shown?.name}</span>
        <span className="tabular text-title font-medium text-ink-1">{shown && formatMoney(shown.minor)}</span>
      </p>
      <svg
        aria-hidden
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className="h-40 w-full touch-pan-y border-b border-line-1"
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHovered(null)}
      >
        <path d={`${line}V${HEIGHT}H0Z`} className="fill-fjord-soft" />
        <path d={line} fill="none" className="stroke-fjord" strokeWidth="2" vectorEffect="non-scaling-stroke" />
        {hovered !== null && (
          <line
            x1={((hovered + 0.5) / points.length) * WIDTH}
            x2={((hovered + 0.5) / points.length) * WIDTH}
            y2={HEIGHT}
            className="stroke-line-2"
            vectorEffect="non-scaling-stroke"
          />
        )}
      </svg>
      <ChartTable summary={t('asTable')} title={title} rows={points} />
    </figure>
  )
}

/** The path of the steps, from zero (or the lowest overdraft) at the foot to the highest balance near the top. */
function stepLine(points: readonly Point[]): string {
  const lowest = Math.min(0, ...points.map((point) => point.minor))
  const span = Math.max(1, ...points.map((point) => point.minor)) - lowest
  const y = (minor: number): string => (HEIGHT - ((minor - lowest) / span) * (HEIGHT - 8)).toFixed(1)
  const width = WIDTH / Math.max(1, points.length)
  return points.map((point, index) => `${index === 0 ? 'M0,' : 'V'}${y(point.minor)}H${((index + 1) * width).toFixed(1)}`).join('')
}
