import { NavLink, Link } from 'react-router'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { cn } from '@/lib/utils'
import { shellText } from '@/locales/shell'
import { Mark } from '../Mark'
import { Avatar } from '../Person'
import { useNavigationLinks, type NavigationLink } from './navigation'

/** The slim column at the left of wide screens: always there, by role (S84). */
export function SidebarNavigation({ onOpenSelf }: { onOpenSelf: () => void }) {
  const t = useText(shellText)
  const user = useUser()
  const links = useNavigationLinks()
  return (
    <aside className="sticky top-0 flex h-dvh w-60 shrink-0 flex-col border-r border-line-1 px-3 py-5 max-lg:hidden">
      <Link to={paths.dashboard} className="mb-6 flex items-center gap-3 rounded-md px-3 py-1">
        <Mark className="size-8" />
        <span className="text-title font-semibold tracking-tight">Nyord</span>
      </Link>
      <nav aria-label={t('navigation')} className="flex grow flex-col gap-6 overflow-y-auto">
        <Group title={t('groupStaff')} links={links.filter(({ group }) => group === 'staff')} />
        <Group links={links.filter(({ group }) => group === 'bank')} />
        <Group links={links.filter(({ group }) => group === 'self')} />
      </nav>
      <button
        type="button"
        onClick={onOpenSelf}
        aria-haspopup="dialog"
        className="flex min-h-14 items-center gap-3 rounded-md px-3 text-left hover:bg-surface-2"
      >
        <Avatar id={user.id} name={user.full_name || user.username} size="small" />
        <span className="min-w-0">
          <span className="block truncate text-small font-semibold">{user.full_name || user.username}</span>
          <span className="block truncate text-micro text-ink-3">{user.role === 'admin' ? t('roleAdmin') : user.username}</span>
        </span>
      </button>
    </aside>
  )
}

function Group({ title, links }: { title?: string; links: readonly NavigationLink[] }) {
  if (links.length === 0) return null
  return (
    <div>
      {title && <p className="mb-1 px-3 text-micro font-semibold text-ink-3">{title}</p>}
      <ul className="flex flex-col gap-0.5">
        {links.map((link) => (
          <li key={link.to}>
            <SideLink link={link} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function SideLink({ link }: { link: NavigationLink }) {
  const t = useText(shellText)
  const { stats } = useNotifications()
  const Icon = link.icon
  const unread = link.to === paths.notifications ? stats.unread : 0
  return (
    <NavLink
      to={link.to}
      end={link.to === paths.dashboard || link.to === paths.admin}
      className={({ isActive }) =>
        cn(
          'flex min-h-10 items-center gap-3 rounded-md px-3 font-medium transition-colors',
          isActive ? 'bg-fjord-soft text-fjord' : 'text-ink-2 hover:bg-surface-2 hover:text-ink-1',
        )
      }
    >
      <Icon aria-hidden className="size-4.5" />
      <span className="grow">{t(link.name)}</span>
      {unread > 0 && (
        <span className="tabular rounded-full bg-saffron px-2 text-micro leading-5 font-semibold text-on-saffron">
          {unread > 99 ? '99+' : unread}
          <span className="sr-only"> {t('unread')}</span>
        </span>
      )}
    </NavLink>
  )
}
