import { Money } from '../Money'

interface Props {
  /** What the switch says: "Show as a table". */
  summary: string
  title: string
  rows: readonly { key: string; name: string; minor: number }[]
}

/** The figures of a chart, for whoever would rather read than look. */
export function ChartTable({ summary, title, rows }: Props) {
  return (
    <details className="mt-2 text-small">
      <summary data-press className="inline-flex min-h-8 items-center rounded-sm text-small font-medium text-fjord hover:underline">{summary}</summary>
      <table className="mt-1 w-full">
        <caption className="sr-only">{title}</caption>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} className="border-t border-line-1">
              <th scope="row" className="py-1.5 text-left font-normal text-ink-2">
                {row.name}
              </th>
              <td className="py-1.5 text-right">
                <Money minor={row.minor} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
