/** What this browser remembers between visits. Storage may be forbidden: then every choice lasts as long as the page. */

type PreferenceName = 'theme' | 'language' | 'hideBalances' | 'webNotifications'

const PREFIX = 'nyord.' // index.html reads `theme` and `language` by the same names

/** The remembered value, or null. */
export function readPreference(name: PreferenceName): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** Remembers a value; null forgets it. */
export function writePreference(name: PreferenceName, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name)
    else localStorage.setItem(PREFIX + name, value)
  } catch {
    // The page still works, it only won't remember.
  }
}
