import { toWire } from '@/lib/money'
import type { components, paths } from '../schema'
import type {
  AdminUser,
  AuditEntry,
  Drift,
  Everything,
  FoundPage,
  Interval,
  LoggedEvent,
  LogLine,
  Page,
  Series,
  StaffAccount,
  Transaction,
  TransactionDetail,
  Trends,
} from '../types'
import { apiRequest } from './request'

type Schemas = components['schemas']
type Ask<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } }
  ? NonNullable<Query>
  : never
/** One kind and one state at a time, which is what the filters offer; the API would take several. */
type PaymentSearch = Omit<Ask<'/admin/search/transactions'>, 'kind' | 'status'> & { kind?: string; status?: string }
export type SeriesName = 'user-growth' | 'suspicious-activity' | 'errors' | 'fraud-alerts'
type Decision = 'approve' | 'reject'

/** What staff may do. Every call is refused by the bank for anyone else. */
export const adminAPI = {
  getUsers: (query: Ask<'/admin/users'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<AdminUser>>('/admin/users', { query, signal }),
  getUser: (userId: number, signal?: AbortSignal) => apiRequest<AdminUser>(`/admin/users/${userId}`, { signal }),
  updateUser: (userId: number, body: Partial<Schemas['UserUpdate']>) =>
    apiRequest<AdminUser>(`/admin/users/${userId}`, { method: 'PUT', body }),

  getPendingKYC: (query: Ask<'/admin/kyc/pending'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<AdminUser>>('/admin/kyc/pending', { query, signal }),
  decideKYC: (userId: number, action: Decision, reason = '') =>
    apiRequest<AdminUser>('/admin/approve-kyc', { method: 'POST', body: { user_id: userId, action, reason } }),

  getAccounts: (query: Ask<'/admin/accounts'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<StaffAccount>>('/admin/accounts', { query, signal }),
  decideAccount: (accountId: number, action: Decision, reason: string, key: string) =>
    apiRequest<StaffAccount>('/admin/accounts/approve', {
      method: 'POST',
      body: { account_id: accountId, action, reason },
      key,
    }),
  getAccount: (accountId: number, signal?: AbortSignal) =>
    apiRequest<StaffAccount>(`/admin/accounts/${accountId}`, { signal }),
  setAccountActive: (accountId: number, active: boolean, reason = '') =>
    apiRequest<StaffAccount>(`/admin/accounts/${accountId}/toggle-active`, { method: 'PUT', body: { active, reason } }),
  adjustBalance: (
    accountId: number,
    change: { amountMinor: number; direction: 'credit' | 'debit'; reason: string },
    key: string,
  ) =>
    apiRequest<TransactionDetail>(`/admin/accounts/${accountId}/adjust-balance`, {
      method: 'POST',
      body: { amount: toWire(change.amountMinor), direction: change.direction, reason: change.reason },
      key,
    }),

  getTransactions: (query: Ask<'/admin/transactions'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<Transaction>>('/admin/transactions', { query, signal }),
  reviewTransaction: (transactionId: number, action: 'clear' | 'reject', reason: string) =>
    apiRequest<TransactionDetail>(`/admin/transactions/${transactionId}/review`, {
      method: 'POST',
      body: { action, reason },
    }),
  refundTransaction: (transactionId: number, reason: string, key: string) =>
    apiRequest<TransactionDetail>(`/transactions/${transactionId}/refund`, { method: 'POST', body: { reason }, key }),

  getAudit: (query: Ask<'/admin/audit'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<AuditEntry>>('/admin/audit', { query, signal }),
  getEvents: (query: Ask<'/admin/events'> = {}, signal?: AbortSignal) =>
    apiRequest<Page<LoggedEvent>>('/admin/events', { query, signal }),

  /** Payments by words, names, amounts, days and states, in four orders. */
  searchTransactions: (query: PaymentSearch = {}, signal?: AbortSignal) =>
    apiRequest<FoundPage<Transaction>>('/admin/search/transactions', { query: { ...query }, signal }),
  searchEverything: (query: Ask<'/admin/search'>, signal?: AbortSignal) =>
    apiRequest<Everything>('/admin/search', { query, signal }),
  searchLogs: (query: Ask<'/admin/logs/search'>, signal?: AbortSignal) =>
    apiRequest<FoundPage<LogLine>>('/admin/logs/search', { query, signal }),
  /** How each search index compares with the database. */
  getSearchDrift: (signal?: AbortSignal) => apiRequest<Drift[]>('/admin/search/drift', { signal }),

  getTrends: (query: Ask<'/admin/analytics/trends'>, signal?: AbortSignal) =>
    apiRequest<Trends>('/admin/analytics/trends', { query, signal }),
  getSeries: (series: SeriesName, interval: Interval, signal?: AbortSignal) =>
    apiRequest<Series>(`/admin/analytics/${series}`, { query: { interval }, signal }),
}
