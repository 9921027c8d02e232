import type { Notification, NotificationStats, Page } from '../types'
import { apiRequest } from './request'
import type { PageAsk } from './transactions'

export const notificationsAPI = {
  getNotifications: (ask: PageAsk & { unread?: boolean } = {}, signal?: AbortSignal) =>
    apiRequest<Page<Notification>>('/notifications', { query: { ...ask }, signal }),
  getStats: (signal?: AbortSignal) => apiRequest<NotificationStats>('/notifications/stats', { signal }),
  markAsRead: (id: number) => apiRequest<Notification>(`/notifications/${id}/read`, { method: 'PUT' }),
  /** Up to the newest one that was seen: what came after it stays unread. */
  markAllAsRead: (upTo: number) =>
    apiRequest<{ marked: number }>('/notifications/read-all', { method: 'PUT', query: { up_to: upTo } }),
  deleteNotification: (id: number) => apiRequest<undefined>(`/notifications/${id}`, { method: 'DELETE' }),
  /** A one-use right to open the live socket, so that no token stands in an address. */
  getSocketTicket: () => apiRequest<{ ticket: string; expires_in: number }>('/ws/ticket', { method: 'POST' }),
}
