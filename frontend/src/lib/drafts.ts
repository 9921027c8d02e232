/** What a person has begun to fill in, kept by this tab over a reload, a step back and signing in again. */

const PREFIX = 'nyord.draft.'

/** What was kept under this name, or null. */
export function readDraft<T extends object>(name: string): Partial<T> | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + name) ?? 'null')
    return typeof kept === 'object' ? kept : null
  } catch {
    return null
  }
}

/** Keeps it; null forgets. */
export function writeDraft(name: string, draft: object | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(PREFIX + name)
    else sessionStorage.setItem(PREFIX + name, JSON.stringify(draft))
  } catch {
    // It lives as long as the page.
  }
}
