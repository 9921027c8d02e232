import { idIn } from '@/lib/paths'
import { useSearchParam } from '@/lib/useSearchParam'

export interface OpenRow {
  id: number | null
  open: (id: number) => void
  close: () => void
  /** The row below or above the open one. */
  step: (by: 1 | -1) => void
}

/** Which row's sheet is open, kept in the address. */
export function useOpenRow(ids: readonly number[]): OpenRow {
  const [text, setText] = useSearchParam<string>('open', '')
  const id = idIn(text)
  return {
    id,
    open: (next) => setText(String(next)),
    close: () => setText(''),
    step: (by) => {
      const next = id === null ? undefined : ids[ids.indexOf(id) + by]
      if (next !== undefined && id !== null && ids.includes(id)) setText(String(next))
    },
  }
}
