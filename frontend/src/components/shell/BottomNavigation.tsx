import { Send } from 'lucide-react'
import { NavLink } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { cn } from '@/lib/utils'
import { shellText } from '@/locales/shell'
import { useNavigationLinks, type NavigationLink } from './navigation'

const CUSTOMER: readonly string[] = [paths.dashboard, paths.accounts, paths.activity, paths.profile]
const STAFF: readonly string[] = [paths.admin, paths.adminApprovals, paths.adminHeld, paths.adminCustomers]

/** The four places of a phone, and between them the one big thing: paying. */
export function BottomNavigation() {
  const t = useText(shellText)
  const { role } = useUser()
  const links = useNavigationLinks()
  const wanted = role === 'admin' ? STAFF : CUSTOMER
  const places = links.filter(({ to }) => wanted.includes(to))
  const pay = role === 'customer'
  const middle = Math.ceil(places.length / 2)
  return (
    <nav
      aria-label={t('navigation')}
      className="fixed inset-x-0 bottom-0 z-20 border-t border-line-1 bg-surface-1 pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul className="mx-auto flex h-16 max-w-md items-stretch justify-around">
        {places.slice(0, middle).map((link) => (
          <Place key={link.to} link={link} />
        ))}
        {pay && (
          <li className="flex items-center px-1">
            <NavLink
              to={paths.transfer}
              className="flex h-13 flex-col items-center justify-center rounded-lg bg-fjord px-5 text-micro font-semibold text-on-fjord"
            >
              <Send aria-hidden className="size-5" />
              {t('pay')}
            </NavLink>
          </li>
        )}
        {places.slice(middle).map((link) => (
          <Place key={link.to} link={link} />
        ))}
      </ul>
    </nav>
  )
}

function Place({ link }: { link: NavigationLink }) {
  const t = useText(shellText)
  const Icon = link.icon
  return (
    <li className="flex min-w-0 grow basis-0">
      <NavLink
        to={link.to}
        end={link.to === paths.dashboard || link.to === paths.admin}
        className={({ isActive }) =>
          cn('flex min-w-0 grow flex-col items-center justify-center gap-0.5 text-micro font-medium', isActive ? 'text-fjord' : 'text-ink-2')
        }
      >
        <Icon aria-hidden className="size-5.5" />
        <span className="max-w-full truncate">{t(link.name)}</span>
      </NavLink>
    </li>
  )
}
