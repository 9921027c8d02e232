import { useQueryClient } from '@tanstack/react-query'
import { createContext, startTransition, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'
import { ApiError } from '@/lib/errors'
import { authAPI } from '@/services/api'
import { getToken, setToken, watchToken } from '@/services/token'
import type { Token, User } from '@/services/types'

/** `checking`: a token is here and the bank is asked whose it is. `unreachable`: it couldn't be asked. */
type AuthStatus = 'checking' | 'signed-out' | 'signed-in' | 'unreachable'

interface Auth {
  status: AuthStatus
  user: User | null
  /** Signs in with a username or e-mail address; throws the ApiError of a refusal. */
  login: (identifier: string, password: string) => Promise<void>
  /** Takes the token of a registration. */
  accept: (token: Token) => void
  /** Ends the session here and at the bank, and forgets everything that was read. */
  logout: () => Promise<void>
  /** Reads the user again: after a change of the profile, or when the bank couldn't be reached. */
  refresh: () => Promise<void>
}

/** How often a bank that can't be reached is asked again. */
const ASK_AGAIN_MS = 5_000

const AuthContext = createContext<Auth | null>(null)

/** Who is signed in. On startup the kept token is shown to the bank, which answers with its user (S80). */
export function AuthProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient()
  const [user, setUser] = useState<User | null>(null)
  const [status, setStatus] = useState<AuthStatus>(() => (getToken() === null ? 'signed-out' : 'checking'))

  const forget = useCallback(() => {
    setUser(null)
    setStatus('signed-out')
    client.clear()
  }, [client])

  const refresh = useCallback(async () => {
    try {
      const current = await authAPI.getCurrentUser()
      if (getToken() === null) return // signed out meanwhile
      // In slices: drawing the whole page at once would hold up whoever scrolls or types meanwhile.
      startTransition(() => {
        setUser(current)
        setStatus('signed-in')
      })
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) forget()
      else setStatus((before) => (before === 'signed-in' ? before : 'unreachable'))
    }
  }, [forget])

  const accept = useCallback((token: Token) => {
    setToken(token.access_token, token.expires_in)
    setUser(token.user)
    setStatus('signed-in')
  }, [])

  const login = useCallback(
    async (identifier: string, password: string) => accept(await authAPI.login(identifier, password)),
    [accept],
  )

  const logout = useCallback(async () => {
    await authAPI.logout().catch(() => undefined) // signed out here in any case
    setToken(null)
    forget()
  }, [forget])

  useEffect(
    () =>
      watchToken(() => {
        if (getToken() === null) forget() // the session ended, perhaps in another tab
        else setStatus((before) => (before === 'signed-out' ? 'checking' : before))
      }),
    [forget],
  )

  useEffect(() => {
    // On startup, and when another tab signed in. Nothing is set before the bank has answered.
    // oxlint-disable-next-line react/set-state-in-effect
    if (status === 'checking') void refresh()
  }, [status, refresh])

  useEffect(() => {
    if (status !== 'unreachable') return
    const timer = setInterval(() => void refresh(), ASK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [status, refresh])

  const value = useMemo(
    () => ({ status, user, login, accept, logout, refresh }),
    [status, user, login, accept, logout, refresh],
  )
  return <AuthContext value={value}>{children}</AuthContext>
}

/** Who is signed in, and how to change that. */
export function useAuth(): Auth {
  const value = use(AuthContext)
  if (value === null) throw new Error('useAuth needs an AuthProvider above it.')
  return value
}

/** The signed-in user, on pages behind the guard. */
export function useUser(): User {
  const { user } = useAuth()
  if (user === null) throw new Error('useUser is for pages that need signing in.')
  return user
}
