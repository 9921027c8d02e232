import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { adminAPI, operationsAPI, transactionsAPI, type SeriesName } from '../api'
import { pagesToTheEnd, type ListPage, type ReadPage } from '../pages'
import type { Interval } from '../types'
import { refreshMoney } from './money'

/** Everything that staff read hangs under one key: after an act all of it is read again. */
const adminKeys = {
  all: ['admin'] as const,
  list: (name: string, filters: object) => ['admin', 'list', name, filters] as const,
  one: (name: string, id: number) => ['admin', 'one', name, id] as const,
}

const PAGE_SIZE = 50
/** What waits for a decision is looked at often: somebody else may have taken it meanwhile. */
const WATCH_MS = 5_000
const OVERVIEW_MS = 10_000

/** A list of the back office, page by page; `readAll` reads it to its end for a file. */
export interface StaffList<Row> {
  query: { data: readonly Row[] | undefined; error: unknown; isPending: boolean; refetch: () => unknown }
  hasMore: boolean
  isReadingMore: boolean
  readMore: () => void
  /** The search is behind, so older rows may be missing. */
  isDegraded: boolean
  readAll: (signal: AbortSignal) => AsyncGenerator<ListPage<Row>>
}

/** Reads a list; `name` and `filters` tell it from the others. What is on screen stays until the next answer is here. */
export function useStaffList<Row>(name: string, filters: object, read: ReadPage<Row>, options: { watch?: boolean; enabled?: boolean } = {}): StaffList<Row> {
  const pages = useInfiniteQuery({
    queryKey: adminKeys.list(name, filters),
    queryFn: ({ pageParam, signal }) => read({ cursor: pageParam, limit: PAGE_SIZE }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    // Whoever has read on looks for something: the list stays as it is.
    refetchInterval: ({ state }) => (options.watch && (state.data?.pages.length ?? 1) === 1 ? WATCH_MS : false),
    enabled: options.enabled ?? true,
  })
  const { data, error, isPending, refetch } = pages
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items), [data])
  return {
    query: { data: rows, error, isPending, refetch },
    hasMore: pages.hasNextPage,
    isReadingMore: pages.isFetchingNextPage,
    readMore: () => void pages.fetchNextPage(),
    isDegraded: data?.pages.some(({ degraded }) => degraded) ?? false,
    readAll: (signal) => pagesToTheEnd(read, signal),
  }
}

/** One user as staff see them; null asks for nobody. */
export function useStaffUser(userId: number | null) {
  return useQuery({
    queryKey: adminKeys.one('user', userId ?? 0),
    queryFn: ({ signal }) => adminAPI.getUser(userId ?? 0, signal),
    enabled: userId !== null,
  })
}

/** One account as staff see it; null asks for none. */
export function useStaffAccount(accountId: number | null) {
  return useQuery({
    queryKey: adminKeys.one('account', accountId ?? 0),
    queryFn: ({ signal }) => adminAPI.getAccount(accountId ?? 0, signal),
    enabled: accountId !== null,
  })
}

/** One payment with its timeline; null asks for none. */
export function useStaffPayment(transactionId: number | null) {
  return useQuery({
    queryKey: adminKeys.one('payment', transactionId ?? 0),
    queryFn: ({ signal }) => transactionsAPI.getTransaction(transactionId ?? 0, signal),
    enabled: transactionId !== null,
  })
}

/** Payments over time, by their state. */
export function useTrends(interval: Interval) {
  return useQuery({
    queryKey: ['admin', 'trends', interval],
    queryFn: ({ signal }) => adminAPI.getTrends({ interval }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: OVERVIEW_MS,
  })
}

/** Figures over the last days. */
export function useSeries(series: SeriesName) {
  return useQuery({
    queryKey: ['admin', 'series', series],
    queryFn: ({ signal }) => adminAPI.getSeries(series, 'day', signal),
    refetchInterval: OVERVIEW_MS * 6,
  })
}

export const WAITING_MAX = 100

/** What waits for staff. A count of `WAITING_MAX` means so many or more. */
export function useWaiting() {
  return useQuery({
    queryKey: ['admin', 'waiting'],
    queryFn: async ({ signal }) => {
      const [users, accounts, held, letters] = await Promise.all([
        adminAPI.getPendingKYC({ limit: WAITING_MAX }, signal),
        adminAPI.getAccounts({ status: 'pending', limit: WAITING_MAX }, signal),
        adminAPI.getTransactions({ status: 'UNDER_REVIEW', limit: WAITING_MAX }, signal),
        operationsAPI.getDeadLetters({ status: 'waiting', limit: WAITING_MAX }, signal),
      ])
      return { users: users.items, accounts: accounts.items, held: held.items, letters: letters.items }
    },
    refetchInterval: OVERVIEW_MS,
  })
}

/** How the bank's machinery is doing: queues, outbox, search, and what the last audit of the books said. */
export function useMachinery() {
  return useQuery({
    queryKey: ['admin', 'machinery'],
    queryFn: async ({ signal }) => {
      const [queues, drift, books] = await Promise.all([
        operationsAPI.getQueues(signal),
        adminAPI.getSearchDrift(signal),
        adminAPI.searchLogs({ q: 'books hold', logger: 'tasks', limit: 1 }, signal),
      ])
      return { queues, drift, books: books.items[0] ?? null }
    },
    refetchInterval: OVERVIEW_MS,
  })
}

/** A search over everything; asked only when there is something to look for. */
export function useEverything(q: string) {
  const asked = q.trim()
  return useQuery({
    queryKey: ['admin', 'everything', asked],
    queryFn: ({ signal }) => adminAPI.searchEverything({ q: asked }, signal),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  })
}

/** Call it after an act of staff: everything they see is read again, and their own balances too. */
export function useRefreshStaff(): () => void {
  const client = useQueryClient()
  return useCallback(() => {
    void client.invalidateQueries({ queryKey: adminKeys.all })
    refreshMoney(client)
  }, [client])
}
