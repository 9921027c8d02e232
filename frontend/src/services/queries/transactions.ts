import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query'
import { once } from '@/lib/keys'
import { parseAmount } from '@/lib/money-entry'
import { accountsAPI, transactionsAPI, type Cash, type HistoryFilters, type Payment } from '../api'
import { givenBackBy, mayHaveChanged, renewed } from '../history'
import type { ListPage } from '../pages'
import type { Transaction } from '../types'
import { refreshMoney, transactionKeys } from './money'

/** What is seen first comes quickly; what is read on comes in pages as large as the bank gives. */
const FIRST_PAGE_SIZE = 100
const PAGE_SIZE = 200
/** Pages that are read without being asked for, so that the sums of nearly everybody's list are of all of it: 2,100 payments. */
export const PAGES_AT_ONCE = 11
/** As much as is printed at once: 4,900 payments, some three hundred sheets of paper. */
export const PAGES_PRINTED = 25
const ASK_AGAIN_MS = 3_000

interface HistoryPage extends ListPage<Transaction> {
  byAmount?: boolean
}

/** Where a history goes on, whether the words are taken for an amount, and what the newest payments give back. */
interface Place {
  cursor: string | null
  byAmount: boolean
  givenBack: readonly number[]
}

const FIRST: Place = { cursor: null, byAmount: true, givenBack: [] }

/**
 * The customer's transactions that pass the filters, newest first, page by page. Words are looked for by the bank's full
 * text search, everything else is a plain list, which knows the balance after each row of one account. What can be an
 * amount is looked for as one first, and as words where nobody paid so much.
 *
 * Read again, a list of all payments (or all of an account) asks for its newest page and for those in which something may
 * have changed: who has scrolled down for years doesn't wait for years. In any other, a payment may have come or gone anywhere.
 */
export function useHistory(filters: HistoryFilters) {
  const searches = Boolean(filters.q) || filters.kind !== undefined
  const amountMinor = filters.q === undefined ? null : parseAmount(filters.q)
  const isWhole = Object.keys(filters).every((name) => name === 'accountId')
  return useInfiniteQuery({
    queryKey: transactionKeys.history(filters),
    queryFn: async ({ pageParam: { cursor, byAmount, givenBack }, signal, client, queryKey }): Promise<HistoryPage> => {
      const known = isWhole ? client.getQueryData<InfiniteData<HistoryPage, Place>>(queryKey) : undefined
      const before = known?.pages[known.pageParams.findIndex((place) => place.cursor === cursor)]
      if (before !== undefined && cursor !== null && !mayHaveChanged(before, givenBack)) return before

      const ask = { ...filters, cursor, limit: cursor === null && before === undefined ? FIRST_PAGE_SIZE : PAGE_SIZE }
      if (!searches) {
        const page = await transactionsAPI.getMyTransactions(ask, signal)
        return cursor === null && before !== undefined ? renewed(page, before) : page
      }
      if (byAmount && amountMinor !== null) {
        const found = await transactionsAPI.searchTransactions({ ...ask, q: '', amountMinor }, signal)
        if (cursor !== null || found.items.length > 0) return { ...found, byAmount }
      }
      return transactionsAPI.searchTransactions(ask, signal)
    },
    initialPageParam: FIRST,
    getNextPageParam: (page, [newest]): Place | null =>
      page.next_cursor === null
        ? null
        : { cursor: page.next_cursor, byAmount: page.byAmount === true, givenBack: newest === undefined ? [] : givenBackBy(newest) },
    placeholderData: keepPreviousData,
    // What is on its way may settle before the live socket is open, or while it is down. Where all pages would be read again,
    // a list that somebody has scrolled far down waits for the socket alone.
    refetchInterval: ({ state: { data } }) => {
      const isQuick = data !== undefined && (isWhole || data.pages.length <= PAGES_AT_ONCE)
      return isQuick && data.pages[0]?.items.some(({ status }) => status === 'PENDING') ? ASK_AGAIN_MS : false
    },
  })
}

const SETTLED = new Set(['SUCCESS', 'FAILED', 'REVERSED'])
/** A payment usually settles within a second: the first few times it is asked sooner. */
const ASK_SOON_MS = 500
const ASK_SOON_TIMES = 6

/** One transaction with its timeline; asked again while it is on its way, for when the live socket is down. */
export function useTransaction(transactionId: number | null) {
  return useQuery({
    queryKey: transactionKeys.one(transactionId ?? 0),
    queryFn: ({ signal }) => transactionsAPI.getTransaction(transactionId ?? 0, signal),
    enabled: transactionId !== null,
    refetchInterval: ({ state }) => {
      if (state.data && SETTLED.has(state.data.status)) return false
      return state.data?.status === 'PENDING' && state.dataUpdateCount < ASK_SOON_TIMES ? ASK_SOON_MS : ASK_AGAIN_MS
    },
  })
}

/** Gives money that one received back. */
export function useRefund(transactionId: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (reason: string) =>
      once(`refund.${transactionId}`, { reason }, (key) => transactionsAPI.refund(transactionId, reason, key)),
    onSuccess: () => refreshMoney(client),
  })
}

type Order = { kind: 'transfer' | 'between-accounts'; payment: Payment } | { kind: 'deposit' | 'withdrawal'; cash: Cash }

/**
 * Orders a payment. The key belongs to the intent: a second click, a retry or a reload sends the same key (`lib/keys`), so
 * trying again is safe.
 */
export function useOrderPayment() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (order: Order) =>
      once(`pay.${order.kind}`, { ...('payment' in order ? order.payment : order.cash) }, (key) => send(order, key)),
    onSuccess: () => refreshMoney(client),
  })
}

function send(order: Order, key: string) {
  switch (order.kind) {
    case 'transfer':
      return transactionsAPI.createTransaction(order.payment, key)
    case 'between-accounts':
      return accountsAPI.transferBetweenAccounts(order.payment, key)
    case 'deposit':
      return transactionsAPI.deposit(order.cash, key)
    case 'withdrawal':
      return transactionsAPI.withdraw(order.cash, key)
  }
}
