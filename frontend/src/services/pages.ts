import { ApiError, isPassing } from '@/lib/errors'
import type { Page } from './types'

/** A page of a list, or of what a search found. */
export interface ListPage<Row> extends Page<Row> {
  /** How many there are; a search counts up to `COUNTED_MAX`. */
  total?: number
  degraded?: boolean
}

export type ReadPage<Row> = (ask: { cursor: string | null; limit: number }, signal?: AbortSignal) => Promise<ListPage<Row>>

/** A search stops counting here: so many, or more. */
export const COUNTED_MAX = 10_000
/** As many as the bank hands out at once. */
const PAGE_SIZE = 200
/** After so many pages it goes slower: a person has 600 calls a minute, and the rest of the app needs its share. */
const QUICK_PAGES = 100
const PAUSE_MS = 150
const TRIES_MAX = 6
const AGAIN_MS = 2_000

/** Reads a list to its end, page by page, however long it is; what passes (a busy bank, a short break) is waited for. */
export async function* pagesToTheEnd<Row>(read: ReadPage<Row>, signal: AbortSignal): AsyncGenerator<ListPage<Row>> {
  let cursor: string | null = null
  for (let pages = 1; ; pages += 1) {
    const page: ListPage<Row> = await patiently(() => read({ cursor, limit: PAGE_SIZE }, signal), signal)
    yield page
    cursor = page.next_cursor
    if (cursor === null) return
    if (pages >= QUICK_PAGES) await pause(PAUSE_MS, signal)
  }
}

async function patiently<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      signal.throwIfAborted()
      return await act()
    } catch (error) {
      if (signal.aborted || tries === TRIES_MAX || !isPassing(error)) throw error
      const seconds = error instanceof ApiError ? error.retryAfterSeconds : null
      await pause(seconds === null ? AGAIN_MS : seconds * 1_000, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }, { once: true })
  })
}
