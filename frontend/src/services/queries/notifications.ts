import { useQuery } from '@tanstack/react-query'
import { notificationsAPI } from '../api'

export const notificationKeys = {
  all: ['notifications'] as const,
  list: (unread: boolean) => ['notifications', 'list', unread] as const,
  recent: ['notifications', 'recent'] as const,
  stats: ['notifications', 'stats'] as const,
}

const RECENT = 10

/** The newest few, for the context and what hangs on it. */
export function useRecentNotifications(enabled: boolean) {
  return useQuery({
    queryKey: notificationKeys.recent,
    queryFn: async ({ signal }) => (await notificationsAPI.getNotifications({ limit: RECENT }, signal)).items,
    enabled,
  })
}

/** How many there are and how many are unread. */
export function useNotificationStats(enabled: boolean) {
  return useQuery({
    queryKey: notificationKeys.stats,
    queryFn: ({ signal }) => notificationsAPI.getStats(signal),
    enabled,
  })
}
