/**
 * One idempotency key per intent: the same payment asked for twice (a double click, a retry, a reload in the middle)
 * carries the same key, so the bank takes it once. Another amount or person is another intent with another key.
 */

import { ApiError } from './errors'

const PREFIX = 'nyord.key.'
const withoutStorage = new Map<string, string>()

/**
 * Does what is meant by these inputs, under their key. Once the bank has done it the same inputs are a new intent; after a lost
 * connection they aren't. A refusal that the bank repeats was an earlier try's: whoever tries again wants it looked at again.
 */
export async function once<T>(intent: string, inputs: Readonly<Record<string, unknown>>, act: (key: string) => Promise<T>): Promise<T> {
  let answer: T
  try {
    answer = await act(intentKey(intent, inputs))
  } catch (error) {
    if (!(error instanceof ApiError && error.isRepeated)) throw error
    forgetIntent(intent) // its answer was no, so nothing can have been done by it
    answer = await act(intentKey(intent, inputs))
  }
  forgetIntent(intent)
  return answer
}

/** The key of this intent with these inputs: the same until `forgetIntent`, also after a reload of this tab. */
function intentKey(intent: string, inputs: Readonly<Record<string, unknown>>): string {
  const fingerprint = JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1)))
  const kept = read(intent)
  if (kept?.fingerprint === fingerprint) return kept.key
  const key = crypto.randomUUID()
  write(intent, JSON.stringify({ fingerprint, key }))
  return key
}

/** The intent is done (the bank answered for good): the same inputs will be a new payment. */
function forgetIntent(intent: string): void {
  withoutStorage.delete(intent)
  try {
    sessionStorage.removeItem(PREFIX + intent)
  } catch {
    // Nothing was kept there either.
  }
}

function read(intent: string): { fingerprint: string; key: string } | null {
  let text = withoutStorage.get(intent) ?? null
  try {
    text = sessionStorage.getItem(PREFIX + intent) ?? text
    return text === null ? null : (JSON.parse(text) as { fingerprint: string; key: string })
  } catch {
    return null
  }
}

function write(intent: string, text: string): void {
  withoutStorage.set(intent, text)
  try {
    sessionStorage.setItem(PREFIX + intent, text)
  } catch {
    // Kept for this page's life at least.
  }
}
