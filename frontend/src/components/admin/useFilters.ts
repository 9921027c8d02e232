import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useChangeAddress } from '@/lib/useSearchParam'

export interface Filters<Name extends string> {
  /** What stands in the address; '' is off. */
  values: Readonly<Record<Name, string>>
  set: (name: Name, value: string) => void
  clear: () => void
  isActive: boolean
  /** How many are on, besides the words that are looked for. */
  on: number
}

/** The filters of a table, kept in the address: they survive a reload and can be sent to a colleague. */
export function useFilters<const Name extends string>(names: readonly Name[]): Filters<Name> {
  const [params] = useSearchParams()
  const joined = names.join()
  const values = useMemo(
    () => Object.fromEntries(joined.split(',').map((name) => [name, params.get(name) ?? ''])) as Record<Name, string>,
    [joined, params],
  )
  const change = useChangeAddress()
  const set = useCallback((name: Name, value: string) => change({ [name]: value }), [change])
  const clear = useCallback(() => change(Object.fromEntries(joined.split(',').map((name) => [name, '']))), [change, joined])
  const active = Object.entries(values).filter(([, value]) => value !== '')
  return { values, set, clear, isActive: active.length > 0, on: active.filter(([name]) => name !== 'q').length }
}
