import type { Summary } from '../types'
import { apiRequest } from './request'

export const dashboardAPI = {
  /** All that the first page shows, in one answer (S85.5). */
  getSummary: (signal?: AbortSignal) => apiRequest<Summary>('/dashboard/summary', { signal }),
}
