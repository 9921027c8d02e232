import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { cn } from '@/lib/utils'

export interface Column<Row> {
  key: string
  title: string
  cell: (row: Row) => ReactNode
  /** Figures align right. */
  align?: 'left' | 'right'
  /** What to sort by; without it the column can't be sorted. */
  sortable?: boolean
  /** Left out below this width. */
  from?: 'sm' | 'md' | 'lg' | 'xl'
}

export interface Sort {
  key: string
  direction: 'ascending' | 'descending'
}

interface Props<Row> {
  /** What the table holds, for screen readers. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string | number
  /** The row shown in the sheet beside the table. */
  selected?: string | number | null
  onOpen?: (row: Row) => void
  /** More keys on a row: `{ a: approve, r: reject }`. */
  keys?: Readonly<Record<string, (row: Row) => void>>
  sort?: Sort | null
  onSort?: (sort: Sort) => void
}

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' }

/** A dense table: the head stays, j and k (or arrows) walk the rows, Enter opens one. One row is in the tab order. */
export function Table<Row>(props: Props<Row>) {
  const { caption, columns, rows, rowKey, selected, onOpen, keys, sort, onSort } = props
  const body = useRef<HTMLTableSectionElement>(null)
  const [frame, isWider] = useIsWider()
  const walkable = onOpen !== undefined || keys !== undefined
  const entry = Math.max(0, rows.findIndex((row) => rowKey(row) === selected))

  const onKeyDown = (event: KeyboardEvent<HTMLTableRowElement>, row: Row, index: number): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.key === 'j' || event.key === 'ArrowDown' ? 1 : event.key === 'k' || event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0) (body.current?.rows[index + step] ?? null)?.focus()
    else if (event.key === 'Enter') onOpen?.(row)
    else if (keys?.[event.key]) keys[event.key]?.(row)
    else return
    event.preventDefault()
  }

  return (
    // Clipped, not scrolled, where all of it has room: a scrolling box would keep the head from sticking to the page.
    // Positioned, so that words for screen readers in it scroll along instead of widening the page.
    <div ref={frame} className={cn('card relative', isWider ? 'overflow-x-auto' : 'overflow-clip')}>
      <table className="w-full border-collapse text-small">
        <caption className="sr-only">{caption}</caption>
        <thead className={cn('z-10 bg-surface-2', !isWider && 'sticky top-16')}>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.key} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={rowKey(row)}
              tabIndex={walkable ? (index === entry ? 0 : -1) : undefined}
              aria-current={rowKey(row) === selected || undefined}
              onClick={onOpen && (() => onOpen(row))}
              onKeyDown={(event) => onKeyDown(event, row, index)}
              className={cn(
                'border-t border-line-1 -outline-offset-2',
                onOpen && 'cursor-pointer hover:bg-surface-2',
                rowKey(row) === selected && 'bg-fjord-soft',
              )}
            >
              {columns.map((column) => (
                <td
                  key={column.key}
                  className={cn('h-11 px-3 py-1.5', column.align === 'right' && 'tabular text-right', column.from && FROM[column.from])}
                >
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Whether the table in a frame is wider than the frame: how wide depends on what is in its cells, not on the window alone. */
function useIsWider() {
  const frame = useRef<HTMLDivElement>(null)
  const [isWider, setIsWider] = useState(false)
  useEffect(() => {
    const [element, table] = [frame.current, frame.current?.firstElementChild]
    if (!element || !table) return
    const watch = new ResizeObserver(() => setIsWider(table.clientWidth > element.clientWidth))
    watch.observe(element)
    watch.observe(table)
    return () => watch.disconnect()
  }, [])
  return [frame, isWider] as const
}

interface HeadProps<Row> {
  column: Column<Row>
  sort: Sort | null | undefined
  onSort: ((sort: Sort) => void) | undefined
}

function HeadCell<Row>({ column, sort, onSort }: HeadProps<Row>) {
  const direction = sort?.key === column.key ? sort.direction : undefined
  const Icon = direction === 'ascending' ? ArrowUp : direction === 'descending' ? ArrowDown : ChevronsUpDown
  const next = direction === 'descending' ? 'ascending' : 'descending'
  return (
    <th
      scope="col"
      aria-sort={direction}
      className={cn(
        'h-10 px-3 text-left text-micro font-semibold whitespace-nowrap text-ink-2',
        column.align === 'right' && 'text-right',
        column.from && FROM[column.from],
      )}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          onClick={() => onSort({ key: column.key, direction: next })}
          className="inline-flex min-h-8 items-center gap-1 rounded-sm hover:text-ink-1"
        >
          {column.title}
          <Icon aria-hidden className="size-3.5" />
        </button>
      ) : (
        column.title
      )}
    </th>
  )
}
