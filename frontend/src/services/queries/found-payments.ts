import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseAmount } from '@/lib/money-entry'
import { transactionsAPI } from '../api'
import type { Transaction } from '../types'
import { transactionKeys } from './money'
import { SEARCH_LENGTH_MIN } from './people'

const SHOWN_MAX = 6

/**
 * One's own newest payments that hold the words, wherever they stand: a note, a name, a payment's number. What can be an
 * amount is looked for as one, too, and comes first.
 */
export function useFoundPayments(text: string) {
  const q = text.trim()
  const amountMinor = parseAmount(q)
  return useQuery({
    queryKey: [...transactionKeys.all, 'found', q],
    queryFn: async ({ signal }): Promise<Transaction[]> => {
      const ask = { limit: SHOWN_MAX }
      const pages = await Promise.all([
        amountMinor === null ? null : transactionsAPI.searchTransactions({ ...ask, amountMinor }, signal),
        transactionsAPI.searchTransactions({ ...ask, q }, signal),
      ])
      const found = new Map(pages.flatMap((page) => page?.items ?? []).map((one) => [one.id, one]))
      return [...found.values()].slice(0, SHOWN_MAX)
    },
    enabled: q.length >= SEARCH_LENGTH_MIN,
    placeholderData: keepPreviousData,
  })
}
