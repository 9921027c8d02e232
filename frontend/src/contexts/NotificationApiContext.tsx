import { useQueryClient } from '@tanstack/react-query'
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { getLanguage } from '@/lib/i18n'
import { readPreference } from '@/lib/preferences'
import { notificationsAPI } from '@/services/api'
import { refreshMoney } from '@/services/queries/money'
import { notificationKeys, useNotificationStats, useRecentNotifications } from '@/services/queries/notifications'
import { openLive, type LiveMessage, type LiveState, type MoneyMoved } from '@/services/socket'
import type { Notification, NotificationStats } from '@/services/types'
import { useAuth } from './AuthContext'
import { useToasts, type Toast } from './useToasts'

interface Notifications {
  notifications: Notification[]
  stats: NotificationStats
  /** Whether news arrives live; `waiting` is shown to the person as being offline. */
  live: LiveState
  toasts: Toast[]
  dismissToast: (id: number) => void
  /** A page shows what becomes of a payment: no toast says it, too. Returns how to stop. */
  watchPayment: (id: number) => () => void
  markAsRead: (id: number) => Promise<void>
  /** Marks everything up to the newest one that the person has seen. */
  markAllAsRead: (upTo: number) => Promise<void>
  deleteNotification: (id: number) => Promise<void>
  refreshNotifications: () => Promise<void>
  showSuccess: (title: string, message?: string) => void
  showError: (title: string, message?: string) => void
  /** Calls back whenever money of this customer moved. Returns how to stop. */
  onMoneyMoved: (listener: (moved: MoneyMoved) => void) => () => void
}

const NotificationContext = createContext<Notifications | null>(null)
/** News whose `related_id` is a payment. */
const PAYMENT_NEWS = /^(transfer|transaction|deposit|withdrawal|balance)\./
const NOTHING: NotificationStats = { unread: 0, total: 0 }

/** Notifications and live news: one socket per tab while someone is signed in (S81). */
export function NotificationApiProvider({ children }: { children: ReactNode }) {
  const { status, refresh } = useAuth()
  const signedIn = status === 'signed-in'
  const client = useQueryClient()
  const { toasts, show, dismiss, watchPayment } = useToasts()
  const stats = useNotificationStats(signedIn)
  const listeners = useRef(new Set<(moved: MoneyMoved) => void>())

  const refreshNotifications = useCallback(
    () => client.invalidateQueries({ queryKey: notificationKeys.all }),
    [client],
  )

  const onMessage = useCallback(
    (message: LiveMessage) => {
      if (message.type === 'notification') {
        void refreshNotifications()
        void announce(message.data, show)
        // What it tells of has changed already: an account, a payment, who one is to the bank, what waits for staff.
        refreshMoney(client)
        void client.invalidateQueries({ queryKey: ['admin'] })
        if (message.data.type?.startsWith('kyc.')) void refresh()
      } else if (message.type === 'transaction.success') {
        refreshMoney(client)
        listeners.current.forEach((listener) => listener(message))
      }
    },
    [client, refresh, refreshNotifications, show],
  )

  const live = useLive(signedIn, onMessage, () => {
    void refreshNotifications() // what was missed while the line was down
    refreshMoney(client)
    // What couldn't be read meanwhile: a page that shows an error comes back by itself.
    void client.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
  })

  const recent = useRecentNotifications(signedIn && live === 'live') // no page begins with these: after what it shows

  const value = useMemo<Notifications>(() => {
    const change = async (act: () => Promise<unknown>): Promise<void> => {
      try {
        await act()
      } finally {
        void refreshNotifications() // after a refusal, too: another window may have been quicker
      }
    }
    return {
      notifications: recent.data ?? [],
      stats: stats.data ?? NOTHING,
      live,
      toasts,
      dismissToast: dismiss,
      watchPayment,
      markAsRead: (id) => change(() => notificationsAPI.markAsRead(id)),
      markAllAsRead: (upTo) => change(() => notificationsAPI.markAllAsRead(upTo)),
      deleteNotification: (id) => change(() => notificationsAPI.deleteNotification(id)),
      refreshNotifications,
      showSuccess: (title, message) => show({ tone: 'good', title, message }),
      showError: (title, message) => show({ tone: 'bad', title, message }),
      onMoneyMoved: (listener) => {
        listeners.current.add(listener)
        return () => listeners.current.delete(listener)
      },
    }
  }, [recent.data, stats.data, live, toasts, dismiss, watchPayment, refreshNotifications, show])

  return <NotificationContext value={value}>{children}</NotificationContext>
}

/** Notifications, toasts and live news. */
export function useNotifications(): Notifications {
  const value = use(NotificationContext)
  if (value === null) throw new Error('useNotifications needs a NotificationApiProvider above it.')
  return value
}

/** Keeps the socket open while someone is signed in; `onReturn` is called when it opens again after a break. */
function useLive(enabled: boolean, onMessage: (message: LiveMessage) => void, onReturn: () => void): LiveState {
  const [live, setLive] = useState<LiveState>('connecting')
  const handlers = useRef({ onMessage, onReturn })
  useEffect(() => {
    handlers.current = { onMessage, onReturn }
  })

  useEffect(() => {
    if (!enabled) return
    let broken = false
    const { stop } = openLive({
      onMessage: (message) => handlers.current.onMessage(message),
      onState: (state) => {
        // A short break isn't worth a word: while it tries again the last thing said stays.
        if (state !== 'connecting') setLive(state)
        if (state === 'waiting') broken = true
        if (state === 'live' && broken) {
          broken = false
          handlers.current.onReturn()
        }
      },
    })
    return stop
  }, [enabled])
  return live
}

/**
 * Tells the person, in the language in use: a toast in the page, and outside it only if they asked for that in their
 * profile (S82). Words that can't be fetched hold up no news: then it is told as the bank said it.
 */
async function announce(news: Partial<Notification>, show: (toast: Omit<Toast, 'id'>) => void): Promise<void> {
  const told = getLanguage() === 'en' ? news : await import('@/locales/notices').then((notices) => notices.retold(news)).catch(() => news)
  const { id, title, message, type = '', related_id: about } = told
  const payment = PAYMENT_NEWS.test(type) ? about : null
  if (!title) return
  show({ tone: /fail|reject|suspect/.test(type) ? 'bad' : 'calm', title, message, to: '/notifications', payment })
  const wanted = readPreference('webNotifications') === 'on' && document.hidden
  if (wanted && 'Notification' in window && window.Notification.permission === 'granted') {
    await tellOutside(title, { body: message, icon: '/icon-192.png', tag: String(id) }).catch(() => undefined) // the toast has said it
  }
}

/** By the service worker where there is one: browsers on phones let nothing else show a notification. */
async function tellOutside(title: string, options: NotificationOptions): Promise<void> {
  const worker = 'serviceWorker' in navigator ? await navigator.serviceWorker.getRegistration() : undefined
  if (worker?.active) await worker.showNotification(title, options)
  else new window.Notification(title, options)
}
