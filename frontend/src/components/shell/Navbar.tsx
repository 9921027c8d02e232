import { Bell, CloudOff, Search } from 'lucide-react'
import { Link } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { shellText } from '@/locales/shell'
import { Mark } from '../Mark'
import { Avatar } from '../Person'

interface Props {
  onOpenPalette: () => void
  onOpenSelf: () => void
}

/** The bar at the top: search, news, and on phones the mark and oneself. */
export function Navbar({ onOpenPalette, onOpenSelf }: Props) {
  const t = useText(shellText)
  const user = useUser()
  return (
    <header className="sticky top-0 z-20 border-b border-line-1 bg-surface-0">
      <div className="mx-auto flex h-16 max-w-[76rem] items-center gap-2 px-4 lg:px-8">
        <Link to={paths.dashboard} aria-label={t('home')} className="rounded-md lg:hidden">
          <Mark className="size-9" />
        </Link>
        <button
          type="button"
          onClick={onOpenPalette}
          aria-keyshortcuts="Control+K"
          className="ml-auto inline-flex size-11 items-center justify-center gap-2 rounded-md text-ink-2 hover:bg-surface-2 lg:ml-0 lg:w-72 lg:justify-start lg:border lg:border-line-2 lg:bg-surface-1 lg:px-3"
        >
          <Search aria-hidden className="size-5 lg:size-4" />
          <span className="text-small max-lg:sr-only">{t('search')}</span>
          <kbd aria-hidden className="ml-auto rounded-sm bg-surface-2 px-1.5 font-sans text-micro text-ink-2 max-lg:hidden">
            Ctrl K
          </kbd>
        </button>
        <span className="lg:grow" />
        <NotificationBell />
        <button
          type="button"
          onClick={onOpenSelf}
          aria-haspopup="dialog"
          aria-label={t('openSelf')}
          className="inline-flex size-11 items-center justify-center rounded-full lg:hidden"
        >
          <Avatar id={user.id} name={user.full_name || user.username} size="small" />
        </button>
      </div>
      <OfflineLine />
    </header>
  )
}

function NotificationBell() {
  const t = useText(shellText)
  const { stats } = useNotifications()
  return (
    <Link
      to={paths.notifications}
      aria-label={stats.unread > 0 ? t('notificationsUnread', { count: stats.unread }) : t('navNotifications')}
      className="relative inline-flex size-11 items-center justify-center rounded-md text-ink-2 hover:bg-surface-2"
    >
      <Bell aria-hidden className="size-5" />
      {stats.unread > 0 && (
        // From the bell's middle up and to the right, so that a longer number leaves more of the bar, not less of the bell.
        <span aria-hidden className="tabular absolute bottom-1/2 left-1/2 mb-0.5 ml-0.5 min-w-4 rounded-full bg-saffron px-1 text-center text-micro font-semibold text-on-saffron">
          {stats.unread > 99 ? '99+' : stats.unread}
        </span>
      )}
    </Link>
  )
}

/** Says that news doesn't arrive, as long as it doesn't. */
function OfflineLine() {
  const t = useText(shellText)
  const { live } = useNotifications()
  return (
    <div role="status">
      {live === 'waiting' && (
        <p className="flex items-center justify-center gap-2 bg-wait-soft px-4 py-1.5 text-center text-small font-medium text-wait">
          <CloudOff aria-hidden className="size-4 shrink-0" />
          {t('offline')}
        </p>
      )}
    </div>
  )
}
