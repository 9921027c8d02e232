import { CloudOff, LockKeyhole } from 'lucide-react'
import { useDeferredValue } from 'react'
import { Navigate, Outlet, useLocation, type Location } from 'react-router'
import { useAuth, useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { shellText } from '@/locales/shell'
import { EmptyState } from '../ListFaces'
import { useTitle } from '../PageHeader'
import { Button, ButtonLink } from '../ui/Button'

/** The state of an address that somebody leaves by signing out: whoever comes next begins at home. */
export const LEAVING = 'leaving'

/** Pages for signed-in people; the address they wanted is kept for after signing in. */
export function RequireSignIn() {
  const { status, refresh } = useAuth()
  const { pathname, search, state } = useLocation() as Location<unknown>
  const t = useText(shellText)
  const isKnown = useDeferredValue(status !== 'checking') // the first page is drawn in slices that give way to a touch or a key
  if (status === 'checking' || !isKnown) return null // index.html still shows its first paint
  if (status === 'unreachable') {
    return (
      <main className="flex min-h-dvh items-center justify-center">
        <EmptyState page icon={CloudOff} title={t('unreachable')} action={<Button onClick={() => void refresh()}>{t('tryAgain')}</Button>}>
          {t('unreachableHint')}
        </EmptyState>
      </main>
    )
  }
  if (status === 'signed-out') {
    const wanted = state === LEAVING ? '/' : pathname + search
    return <Navigate replace to={wanted === '/' ? paths.signIn : `${paths.signIn}?${new URLSearchParams({ next: wanted })}`} />
  }
  return <Outlet />
}

/** Pages for staff (S94). Anyone else gets a friendly word instead, and none of the staff pages' code. */
export function RequireAdmin() {
  const user = useUser()
  return user.role === 'admin' ? <Outlet /> : <Forbidden />
}

function Forbidden() {
  const t = useText(shellText)
  useTitle(t('forbidden'))
  return (
    <EmptyState page icon={LockKeyhole} title={t('forbidden')} action={<ButtonLink to={paths.dashboard}>{t('toHome')}</ButtonLink>}>
      {t('forbiddenHint')}
    </EmptyState>
  )
}

/** Signing in and up, for people who aren't; the others go where they wanted. */
export function OnlySignedOut() {
  const { status, user } = useAuth()
  const { search } = useLocation()
  if (status === 'checking') return null
  if (status === 'signed-in') {
    const next = new URLSearchParams(search).get('next')
    const staffHome = next === null && user?.role === 'admin'
    return <Navigate replace to={staffHome ? paths.admin : localPath(next)} />
  }
  return <Outlet />
}

/** An address of this app, whatever stands in the link: never another site. (Browsers leave tabs and line breaks out of one.) */
export function localPath(next: string | null): string {
  return next !== null && /^\/(?![/\\])\S*$/.test(next) ? next : paths.dashboard
}
