/** What the first load needs of accounts and payments: their keys, and how to have them read again. */

import type { QueryClient } from '@tanstack/react-query'
import type { HistoryFilters } from '../api'
import type { Account } from '../types'
import { dashboardKeys } from './dashboard'

export const accountKeys = {
  all: ['accounts'] as const,
  mine: ['accounts', 'mine'] as const,
  one: (accountId: number) => ['accounts', 'one', accountId] as const,
  balances: (accountId: number, since: string, until: string) => ['accounts', 'balances', accountId, since, until] as const,
  ofUser: (userId: number) => ['accounts', 'of-user', userId] as const,
}

export const transactionKeys = {
  all: ['transactions'] as const,
  history: (filters: HistoryFilters) => ['transactions', 'history', filters] as const,
  one: (transactionId: number) => ['transactions', 'one', transactionId] as const,
}

/** Whether an account can send or receive money now. */
export function isUsable(account: Account): boolean {
  return account.status === 'approved' && account.is_active
}

/** Money moved: everything that shows a balance or a payment is read again. */
export function refreshMoney(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: accountKeys.all })
  void client.invalidateQueries({ queryKey: transactionKeys.all })
  void client.invalidateQueries({ queryKey: dashboardKeys.all })
}
