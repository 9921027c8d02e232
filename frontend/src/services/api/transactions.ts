import { dayStart } from '@/lib/dates'
import { plainText, toWire } from '@/lib/money'
import type { Accepted, Found, Page, Transaction, TransactionDetail, TransactionKind } from '../types'
import { apiRequest } from './request'

/** A payment from one account to another. */
export interface Payment {
  srcAccount: number
  destAccount: number
  amountMinor: number
  note?: string
}

/** Money paid in or taken out at the counter. */
export interface Cash {
  accountId: number
  amountMinor: number
  note?: string
}

export interface PageAsk {
  cursor?: string | null
  limit?: number
}

/** What a list of one's own transactions may be narrowed by. Days are the bank's, "2026-11-23", the last one included. */
export interface HistoryFilters {
  accountId?: number
  q?: string
  from?: string
  to?: string
  status?: string
  direction?: string
  kind?: TransactionKind
  /** Exactly so much. */
  amountMinor?: number
}

/** A payment as the API takes it. */
export function paymentBody({ srcAccount, destAccount, amountMinor, note }: Payment): object {
  return { src_account: srcAccount, dest_account: destAccount, amount: toWire(amountMinor), ...(note ? { note } : {}) }
}

function cashBody({ accountId, amountMinor, note }: Cash): object {
  return { account_id: accountId, amount: toWire(amountMinor), ...(note ? { note } : {}) }
}

function exactly(minor: number | undefined): string | undefined {
  return minor === undefined ? undefined : plainText(minor)
}

export const transactionsAPI = {
  /** Sends money. Accepted means PENDING: the outcome comes live, or with `getTransaction`. */
  createTransaction: (payment: Payment, key: string) =>
    apiRequest<Accepted>('/transactions/initiate', { method: 'POST', body: paymentBody(payment), key }),
  deposit: (cash: Cash, key: string) =>
    apiRequest<Accepted>('/transactions/deposit', { method: 'POST', body: cashBody(cash), key }),
  withdraw: (cash: Cash, key: string) =>
    apiRequest<Accepted>('/transactions/withdraw', { method: 'POST', body: cashBody(cash), key }),
  /** One's own transactions, newest first; of one account with the balance after each. */
  getMyTransactions: ({ cursor, limit, ...filters }: PageAsk & HistoryFilters = {}, signal?: AbortSignal) =>
    apiRequest<Page<Transaction>>('/transactions/me', {
      query: {
        cursor,
        limit,
        account_id: filters.accountId,
        from: filters.from && dayStart(filters.from),
        to: filters.to && dayStart(filters.to, 1),
        status: filters.status,
        direction: filters.direction,
      },
      signal,
    }),
  /** One's own transactions that hold all the words of `q` (names, notes, numbers), newest first. */
  searchTransactions: ({ cursor, limit, ...filters }: PageAsk & HistoryFilters, signal?: AbortSignal) =>
    apiRequest<Found>('/search', {
      query: {
        cursor,
        limit,
        q: filters.q,
        account_id: filters.accountId,
        from: filters.from && dayStart(filters.from),
        to: filters.to && dayStart(filters.to, 1),
        status: filters.status,
        kind: filters.kind,
        amount_min: exactly(filters.amountMinor),
        amount_max: exactly(filters.amountMinor),
      },
      signal,
    }),
  /** Gives a transfer that one received back to who sent it. */
  refund: (transactionId: number, reason: string, key: string) =>
    apiRequest<TransactionDetail>(`/transactions/${transactionId}/refund`, { method: 'POST', body: { reason }, key }),
  getTransaction: (transactionId: number, signal?: AbortSignal) =>
    apiRequest<TransactionDetail>(`/transactions/${transactionId}`, { signal }),
}
