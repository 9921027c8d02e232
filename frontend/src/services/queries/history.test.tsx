import { QueryClientProvider, type QueryClient } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { HistoryFilters } from '../api'
import { setToken } from '../token'
import type { Transaction } from '../types'
import { createQueryClient } from './client'
import { transactionKeys } from './money'
import { useHistory } from './transactions'

type Row = Pick<Transaction, 'id' | 'status' | 'reverses_id'>

/** A bank with these payments, newest first: pages after the id in the cursor, as the real one makes them. */
let rows: Row[]
let asked: string[]
let client: QueryClient

const settled = (id: number): Row => ({ id, status: 'SUCCESS', reverses_id: null })
const newest = (): number => rows[0]?.id ?? 0
const comes = (row: Partial<Row> = {}): void => void rows.unshift({ ...settled(newest() + 1), ...row })
const change = (id: number, status: Row['status']): void => {
  rows = rows.map((row) => (row.id === id ? { ...row, status } : row))
}

beforeEach(() => {
  rows = Array.from({ length: 2_000 }, (_, index) => settled(2_000 - index))
  asked = []
  client = createQueryClient()
  setToken('kept', 900)
  vi.stubGlobal('fetch', (path: string) => {
    const params = new URL(path, 'http://bank.example').searchParams
    const [cursor, limit] = [params.get('cursor'), Number(params.get('limit'))]
    asked.push(cursor ?? 'newest')
    const rest = rows.filter(({ id }) => cursor === null || id < Number(cursor))
    const items = rest.slice(0, limit)
    return Promise.resolve(Response.json({ items, next_cursor: rest.length > limit ? String(items.at(-1)?.id) : null }))
  })
  return () => {
    setToken(null)
    vi.unstubAllGlobals()
  }
})

/** Somebody who has read five pages of it: the newest 900 payments. */
async function reader(filters: HistoryFilters = {}) {
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>
  const { result } = renderHook(() => useHistory(filters), { wrapper })
  for (let pages = 1; pages < 5; pages += 1) {
    await waitFor(() => expect(result.current.data?.pages).toHaveLength(pages))
    await act(() => result.current.fetchNextPage())
  }
  asked = []
  return () => result.current.data?.pages.flatMap(({ items }) => items) ?? []
}

/** News comes over the live line. */
const again = () => act(() => client.invalidateQueries({ queryKey: transactionKeys.all }))

/** What somebody has read must be the bank's rows from the top, each once. */
const expectNewest = (seen: () => readonly Row[], count: number) => waitFor(() => expect(seen()).toEqual(rows.slice(0, count)))

describe('useHistory, read again far down', () => {
  it('asks for the newest page alone, and puts above what has come', async () => {
    const seen = await reader()
    comes()
    comes({ status: 'PENDING' })
    await again()
    expect(asked).toEqual(['newest'])
    await expectNewest(seen, 902)
  })

  it('stays whole over more news than a page holds', async () => {
    const seen = await reader()
    for (let times = 0; times < 130; times += 1) {
      comes()
      if (times % 10 === 0) await again()
    }
    asked = []
    await again()
    expect(asked).toEqual(['newest'])
    await expectNewest(seen, 900 + 130)
  })

  it('reads all of it again when it was away for long', async () => {
    const seen = await reader()
    for (let times = 0; times < 250; times += 1) comes()
    await again()
    expect(asked).toHaveLength(5)
    await expectNewest(seen, 1_000)
  })

  it('asks for a page in which something was open until it is settled', async () => {
    change(1_500, 'UNDER_REVIEW')
    const seen = await reader()
    await again()
    expect(asked).toEqual(['newest', '1501'])
    change(1_500, 'SUCCESS')
    await again()
    asked = []
    await again()
    expect(asked).toEqual(['newest'])
    await expectNewest(seen, 900)
  })

  it('asks for a page of which something was given back', async () => {
    const seen = await reader()
    change(1_300, 'REVERSED')
    comes({ reverses_id: 1_300 })
    await again()
    expect(asked).toEqual(['newest', '1301'])
    await expectNewest(seen, 901)
    asked = []
    await again()
    expect(asked).toEqual(['newest'])
  })

  it('reads a filtered list as a whole: anything may have come into it or left it', async () => {
    await reader({ direction: 'out' })
    await again()
    expect(asked).toHaveLength(5)
  })
})
