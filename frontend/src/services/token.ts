/** The access token of this browser: in localStorage under `token` (the specification's place), shared by its tabs. */

const KEY = 'token'
const KEY_UNTIL = 'nyord.tokenUntil' // when it runs out, by this browser's own clock
const EARLY_MS = 10_000
const listeners = new Set<() => void>()
let kept: string | null = null // where storage is forbidden

/** The token, or null for nobody. */
export function getToken(): string | null {
  try {
    return localStorage.getItem(KEY) ?? kept
  } catch {
    return kept
  }
}

/** Whether the token surely ran out (or is about to): renewing first saves a refused call. */
export function hasRunOut(): boolean {
  try {
    const until = localStorage.getItem(KEY_UNTIL)
    return until !== null && Date.now() > Number(until) - EARLY_MS
  } catch {
    return false
  }
}

/** Keeps a token that lasts for `seconds`, or forgets it with null; everyone who watches hears of it. */
export function setToken(token: string | null, seconds = 0): void {
  try {
    kept = null // else another tab's signing out would change nothing here
    if (token === null) {
      localStorage.removeItem(KEY)
      localStorage.removeItem(KEY_UNTIL)
    } else {
      localStorage.setItem(KEY_UNTIL, String(Date.now() + seconds * 1000))
      localStorage.setItem(KEY, token)
    }
  } catch {
    kept = token // for this page's life
  }
  listeners.forEach((listener) => listener())
}

/** Calls back when this tab or another one signs in, refreshes or signs out. Returns how to stop. */
export function watchToken(listener: () => void): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.key === KEY || event.key === null) listener()
  }
  listeners.add(listener)
  window.addEventListener('storage', onStorage)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('storage', onStorage)
  }
}
