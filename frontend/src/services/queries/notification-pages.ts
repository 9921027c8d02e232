import { useInfiniteQuery } from '@tanstack/react-query'
import { notificationsAPI } from '../api'
import { notificationKeys } from './notifications'

const PAGE_SIZE = 50

/** Notifications, newest first, page by page; `unread` for those alone. */
export function useNotificationPages(unread: boolean) {
  return useInfiniteQuery({
    queryKey: notificationKeys.list(unread),
    queryFn: ({ pageParam, signal }) =>
      notificationsAPI.getNotifications({ cursor: pageParam, limit: PAGE_SIZE, ...(unread ? { unread } : {}) }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })
}
