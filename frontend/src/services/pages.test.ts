import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/lib/errors'
import { pagesToTheEnd, type ReadPage } from './pages'

const LAST = 40

/** A list of `LAST` pages whose cursor is the number of the next one. */
const read: ReadPage<number> = ({ cursor, limit }) => {
  const page = Number(cursor ?? 1)
  return Promise.resolve({ items: Array.from({ length: limit }, (_, row) => page * 1_000 + row), next_cursor: page === LAST ? null : String(page + 1) })
}

async function all(pages: AsyncIterable<{ items: number[] }>): Promise<number[]> {
  const rows: number[] = []
  for await (const { items } of pages) rows.push(...items)
  return rows
}

describe('pagesToTheEnd', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('reads every row once, however many there are', async () => {
    const rows = await all(pagesToTheEnd(read, new AbortController().signal))
    expect([rows.length, new Set(rows).size]).toEqual([LAST * 200, LAST * 200])
  })

  it('waits as long as a busy bank asks, and loses no row by it', async () => {
    const busy = new ApiError({ detail: 'Too many.', status: 429, retryAfterSeconds: 3 })
    const reading = vi.fn(read).mockImplementationOnce(read).mockRejectedValueOnce(busy)
    const rows = all(pagesToTheEnd(reading, new AbortController().signal))
    await vi.advanceTimersByTimeAsync(2_999)
    expect(reading).toHaveBeenCalledTimes(2)
    await vi.advanceTimersByTimeAsync(1)
    expect((await rows).length).toBe(LAST * 200)
  })

  it('gives up at once on what will not pass, and after a while on what should have', async () => {
    const refused = new ApiError({ detail: 'Not for you.', status: 403 })
    await expect(all(pagesToTheEnd(() => Promise.reject(refused), new AbortController().signal))).rejects.toBe(refused)
    const away = vi.fn(() => Promise.reject(new ApiError({ detail: 'Away.', status: 503 })))
    const failed = all(pagesToTheEnd(away, new AbortController().signal)).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await failed).toMatchObject({ status: 503 })
    expect(away).toHaveBeenCalledTimes(6)
  })

  it('stops where it is told to, also while it waits', async () => {
    const controller = new AbortController()
    const seen: number[] = []
    const reading = (async () => {
      for await (const { items } of pagesToTheEnd(read, controller.signal)) {
        seen.push(...items)
        if (seen.length === 600) controller.abort()
      }
    })()
    await expect(reading).rejects.toThrow()
    expect(seen.length).toBe(600)
  })
})
