import type { DeadLetter, Page, Queues } from '../types'
import { apiRequest } from './request'
import type { PageAsk } from './transactions'

/** What keeps the bank running: queues, and events that could not be handled. */
export const operationsAPI = {
  getQueues: (signal?: AbortSignal) => apiRequest<Queues>('/admin/queues', { signal }),
  getDeadLetters: (ask: PageAsk & { status?: string } = {}, signal?: AbortSignal) =>
    apiRequest<Page<DeadLetter>>('/admin/dead-letters', { query: { ...ask }, signal }),
  replayDeadLetter: (letterId: number) =>
    apiRequest<DeadLetter>(`/admin/dead-letters/${letterId}/replay`, { method: 'POST' }),
  giveUpDeadLetter: (letterId: number, reason: string) =>
    apiRequest<DeadLetter>(`/admin/dead-letters/${letterId}/give-up`, { method: 'POST', body: { reason } }),
  isReady: (signal?: AbortSignal) => apiRequest<{ status: string }>('/health/ready', { anonymous: true, signal }),
}
