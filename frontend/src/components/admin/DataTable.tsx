import { Keyboard } from 'lucide-react'
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import type { CsvValue } from '@/lib/csv'
import { formatCount } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { useSearchParam } from '@/lib/useSearchParam'
import { adminText } from '@/locales/admin'
import type { StaffList } from '@/services/queries/admin'
import { ListFaces, LoadMore } from '../ListFaces'
import { Button } from '../ui/Button'
import { Table, type Column, type Sort } from '../ui/Table'
import { ExportButton } from './ExportButton'
import { ShortcutsDialog, type ShortcutHelp } from './ShortcutsDialog'
import { TableSkeleton } from './TableSkeleton'
import { useShortcuts } from './useShortcuts'

export interface DataColumn<Row> extends Column<Row> {
  /** The cell as plain data: for the file, and to sort by. */
  value: (row: Row) => CsvValue
}

/** An act that a key starts on the row one stands on. */
interface RowKey<Row> {
  key: string
  does: string
  act: (row: Row) => void
}

interface Props<Row> {
  /** What the table holds, and how its file is called. */
  caption: string
  fileName: string
  list: StaffList<Row>
  columns: readonly DataColumn<Row>[]
  rowKey: (row: Row) => number | string
  filters?: ReactNode
  filtered?: { active: boolean; onClear: () => void }
  empty: ReactNode
  selected?: number | string | null
  onOpen?: (row: Row) => void
  keys?: readonly RowKey<Row>[]
  /** Sorts at the bank, over all rows. Without it a click on a column sorts the rows that are here. */
  sort?: { value: Sort | null; onChange: (sort: Sort) => void }
}

/** A table of the back office: filters, four faces, sorting, more of it, keys, and all of it as a file. */
export function DataTable<Row>(props: Props<Row>) {
  const { caption, list, columns, rowKey, filters, filtered, empty, selected, onOpen, keys = [], sort } = props
  const t = useText(adminText)
  const [helpOpen, setHelpOpen] = useState(false)
  const [localSort, sorted] = useLocalSort(columns)
  const frame = useKeptPlace(list.query.data)

  useShortcuts(
    {
      '?': () => setHelpOpen(true),
      '/': () => document.querySelector<HTMLElement>('[data-search]')?.focus(),
      j: () => frame.current?.querySelector<HTMLElement>('tbody tr[tabindex="0"]')?.focus(),
    },
    'page',
  )

  return (
    <div ref={frame} className="flex flex-col gap-3">
      {filters}
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <Extent shown={list.query.data?.length} hasMore={list.hasMore} isDegraded={list.isDegraded} partlySorted={sort === undefined && localSort.value !== null} />
        <div className="ml-auto flex items-center gap-1">
          <Button tone="quiet" size="small" icon={Keyboard} aria-label={t('keysShow')} title={t('keysShow')} onClick={() => setHelpOpen(true)} className="max-md:hidden" />
          <ExportButton caption={caption} fileName={props.fileName} columns={columns} list={list} />
        </div>
      </div>
      <ListFaces
        query={list.query}
        items={(rows) => rows}
        filtered={filtered}
        skeleton={<TableSkeleton columns={columns} />}
        empty={<div className="card">{empty}</div>}
      >
        {(rows) => (
          <>
            <Table
              caption={caption}
              columns={columns}
              rows={sort === undefined ? sorted(rows) : rows}
              rowKey={rowKey}
              selected={selected}
              onOpen={onOpen}
              keys={Object.fromEntries(keys.map(({ key, act }) => [key, act]))}
              sort={sort === undefined ? localSort.value : sort.value}
              onSort={sort === undefined ? localSort.onChange : sort.onChange}
            />
            <LoadMore hasMore={list.hasMore} busy={list.isReadingMore} onMore={list.readMore} />
          </>
        )}
      </ListFaces>
      <ShortcutsDialog open={helpOpen} onClose={() => setHelpOpen(false)} more={keys.map(({ key, does }): ShortcutHelp => ({ keys: [key], does }))} />
    </div>
  )
}

/** How many rows there are here, and what the order means when there are more. */
function Extent({ shown, hasMore, isDegraded, partlySorted }: { shown: number | undefined; hasMore: boolean; isDegraded: boolean; partlySorted: boolean }) {
  const t = useText(adminText)
  const language = useLanguage()
  if (shown === undefined || shown === 0) return null
  return (
    <p className="text-small text-ink-2">
      {hasMore ? t('rowsMore', { count: formatCount(shown, language) }) : t('rows', { count: shown })}
      {hasMore && partlySorted && `, ${t('sortedPart')}`}
      {isDegraded && `. ${t('degradedList')}`}
    </p>
  )
}

/** The sort in the address, and the rows in its order. */
function useLocalSort<Row>(columns: readonly DataColumn<Row>[]) {
  const [text, setText] = useSearchParam<string>('sort', '')
  const value = useMemo<Sort | null>(() => {
    const key = text.replace(/^-/, '')
    return columns.some((column) => column.key === key) ? { key, direction: text.startsWith('-') ? 'descending' : 'ascending' } : null
  }, [text, columns])
  const onChange = (sort: Sort): void => setText(sort.direction === 'descending' ? `-${sort.key}` : sort.key)
  const sorted = (rows: readonly Row[]): readonly Row[] => {
    const column = columns.find(({ key }) => key === value?.key)
    if (column === undefined || value === null) return rows
    const sign = value.direction === 'ascending' ? 1 : -1
    return [...rows].sort((a, b) => sign * compare(column.value(a), column.value(b)))
  }
  return [{ value, onChange }, sorted] as const
}

function compare(a: CsvValue, b: CsvValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a ?? '').localeCompare(String(b ?? ''), undefined, { numeric: true })
}

/** When the row one stood on goes away (it was decided), the focus moves to the row that takes its place. */
function useKeptPlace(rows: unknown) {
  const frame = useRef<HTMLDivElement>(null)
  const place = useRef(-1)
  useEffect(() => {
    const element = frame.current
    const remember = (event: FocusEvent): void => {
      const row = event.target instanceof HTMLTableRowElement ? event.target : null
      place.current = row === null ? -1 : row.sectionRowIndex
    }
    element?.addEventListener('focusin', remember)
    return () => element?.removeEventListener('focusin', remember)
  }, [])
  useEffect(() => {
    if (place.current < 0 || document.activeElement !== document.body) return
    const body = frame.current?.querySelector('tbody')
    const next = body?.rows[Math.min(place.current, body.rows.length - 1)]
    next?.focus()
  }, [rows])
  return frame
}
