import type { ReactNode } from 'react'
import { Sheet } from '../ui/Sheet'
import type { OpenRow } from './useOpenRow'
import { useShortcuts, type Shortcuts } from './useShortcuts'

interface Props {
  row: OpenRow
  title: string
  /** More keys while it is open. j and k go to the next row and back. */
  keys?: Shortcuts
  actions?: ReactNode
  children: ReactNode
}

/** The sheet of a row: everything known of it, what can be done, and its neighbours one key away. */
export function Peek({ row, title, keys, actions, children }: Props) {
  useShortcuts({ j: () => row.step(1), k: () => row.step(-1), ...keys }, 'sheet')
  return (
    <Sheet open onClose={row.close} title={title} actions={actions}>
      {children}
    </Sheet>
  )
}
