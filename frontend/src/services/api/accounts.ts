import type { Accepted, Account, AccountType, DayBalance, RecipientAccount } from '../types'
import { apiRequest } from './request'
import type { Payment } from './transactions'
import { paymentBody } from './transactions'

export const accountsAPI = {
  getMyAccounts: (signal?: AbortSignal) => apiRequest<Account[]>('/accounts/me', { signal }),
  getApprovedAccounts: (signal?: AbortSignal) => apiRequest<Account[]>('/accounts/my-approved', { signal }),
  getAccount: (accountId: number, signal?: AbortSignal) => apiRequest<Account>(`/accounts/${accountId}`, { signal }),
  /** Another person's accounts that can receive money: masked number and type only. */
  getUserAccounts: (userId: number, signal?: AbortSignal) =>
    apiRequest<RecipientAccount[]>(`/accounts/user/${userId}`, { signal }),
  /** What an account of one's own held at the end of each day from `since` to `until`, oldest first. */
  getBalances: (accountId: number, from: string, to: string, signal?: AbortSignal) =>
    apiRequest<{ items: DayBalance[] }>(`/accounts/${accountId}/balances`, { query: { from, to }, signal }),
  createAccount: (accountType: AccountType, key: string) =>
    apiRequest<Account>('/accounts/create', { method: 'POST', body: { account_type: accountType }, key }),
  transferBetweenAccounts: (payment: Payment, key: string) =>
    apiRequest<Accepted>('/accounts/transfer-between-accounts', { method: 'POST', body: paymentBody(payment), key }),
}
