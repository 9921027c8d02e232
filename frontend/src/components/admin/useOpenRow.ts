import { idIn } from '@/lib/paths'
import { useSearchParam } from '@/lib/useSearchParam'
import type { StaffList } from '@/services/queries/admin'

export interface OpenRow {
  id: number | null
  open: (id: number) => void
  close: () => void
  /** The row below or above the open one. */
  step: (by: 1 | -1) => void
}

interface Numbered {
  id: number
}

interface OpenRowOfTable extends OpenRow {
  /** What the table needs to know of it. */
  table: { rowKey: (row: Numbered) => number; selected: number | null; onOpen: (row: Numbered) => void }
}

/** Which row's sheet is open, kept in the address. */
export function useOpenRow(list: StaffList<Numbered>): OpenRowOfTable {
  const [text, setText] = useSearchParam<string>('open', '')
  const id = idIn(text)
  const ids = list.query.data?.map((row) => row.id) ?? []
  const open = (next: number): void => setText(String(next))
  return {
    id,
    table: { rowKey: (row) => row.id, selected: id, onOpen: (row) => open(row.id) },
    open,
    close: () => setText(''),
    step: (by) => {
      const next = id === null ? undefined : ids[ids.indexOf(id) + by]
      if (next !== undefined && id !== null && ids.includes(id)) open(next)
    },
  }
}
