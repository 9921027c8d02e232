import { LogOut } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Link, useLocation, useNavigate } from 'react-router'
import { useAuth, useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { shellText } from '@/locales/shell'
import { Person } from '../Person'
import { Preferences } from '../Preferences'
import { Button } from '../ui/Button'
import { Sheet } from '../ui/Sheet'
import { LEAVING } from './Guards'
import { useNavigationLinks } from './navigation'

/** Oneself: theme, language, every place of the app, and the way out. */
export default function SelfSheet({ onClose }: { onClose: () => void }) {
  const t = useText(shellText)
  const user = useUser()
  const { logout } = useAuth()
  const navigate = useNavigate()
  const links = useNavigationLinks()
  const location = useLocation()
  const { pathname } = location
  const openedAt = useRef(pathname)

  useEffect(() => {
    if (openedAt.current !== pathname) onClose()
  }, [pathname, onClose])

  const leave = async (): Promise<void> => {
    await navigate(location, { replace: true, state: LEAVING })
    await logout()
  }

  return (
    <Sheet open onClose={onClose} title={t('self')}>
      <div className="flex flex-col gap-6">
        <Person id={user.id} name={user.full_name || user.username} detail={user.email} size="large" />
        <Preferences />
        <nav aria-label={t('allPages')}>
          <ul className="flex flex-col">
            {links.map(({ to, name, icon: Icon }) => (
              <li key={to}>
                <Link to={to} onClick={to === pathname ? onClose : undefined} className="-mx-3 flex min-h-11 items-center gap-3 rounded-md px-3 hover:bg-surface-2">
                  <Icon aria-hidden className="size-4.5 text-ink-2" />
                  {t(name)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Button icon={LogOut} onClick={() => void leave()}>
          {t('signOut')}
        </Button>
      </div>
    </Sheet>
  )
}
