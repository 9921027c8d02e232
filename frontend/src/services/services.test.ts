import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/lib/errors'
import { activityOf, byDay, totalsOf } from './activity'
import { apiRequest } from './api'
import { backOffMs } from './socket'
import { getToken, setToken } from './token'
import type { Transaction } from './types'

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers })

describe('the token (S80)', () => {
  afterEach(() => {
    vi.restoreAllMocks()
    setToken(null)
  })

  it('is gone in the tab that signed in, too, when another one has signed out', () => {
    setToken('mine', 900)
    localStorage.removeItem('token') // as the other tab does
    expect(getToken()).toBeNull()
  })

  it('is kept for the page’s life where storage is forbidden', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('Forbidden', 'SecurityError')
    })
    setToken('mine', 900)
    expect(getToken()).toBe('mine')
    setToken(null)
    expect(getToken()).toBeNull()
  })
})

describe('apiRequest (S78)', () => {
  const calls: Request[] = []
  let answer: (request: Request) => Response

  beforeEach(() => {
    calls.length = 0
    setToken('old', 900)
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      const request = new Request(new URL(path, 'http://bank.example'), init)
      calls.push(request)
      return Promise.resolve().then(() => answer(request))
    })
  })
  afterEach(() => {
    setToken(null)
    vi.unstubAllGlobals()
  })

  it('shows the token, and returns the parsed answer', async () => {
    answer = () => json(200, { id: 7 })
    expect(await apiRequest('/accounts/me', { query: { q: 'a b', none: null } })).toEqual({ id: 7 })
    expect(calls[0]?.headers.get('Authorization')).toBe('Bearer old')
    expect(calls[0]?.url).toBe('http://bank.example/accounts/me?q=a+b')
  })

  it('throws what the bank said', async () => {
    answer = () => json(422, { detail: 'Too much.', code: 'over_limit', data: { limit: 5 } }, { 'Retry-After': '3', 'X-Request-ID': 'f00d' })
    const error = await apiRequest('/x').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ requestId: 'f00d' })
    expect(error).toMatchObject({ detail: 'Too much.', status: 422, code: 'over_limit', data: { limit: 5 }, retryAfterSeconds: 3 })
  })

  it('says so when the bank is out of reach', async () => {
    answer = () => {
      throw new TypeError('Failed to fetch')
    }
    await expect(apiRequest('/x')).rejects.toMatchObject({ status: 0, code: 'unreachable' })
  })

  it('renews a token once for many calls, and makes each of them again with the same body', async () => {
    answer = (request) => {
      if (new URL(request.url).pathname === '/auth/refresh') return json(200, { access_token: 'new', expires_in: 900 })
      return request.headers.get('Authorization') === 'Bearer new' ? json(200, 'ok') : json(401, { detail: 'Expired.' })
    }
    const body = { amount: 1 }
    await expect(Promise.all([apiRequest('/a', { method: 'POST', body, key: 'k' }), apiRequest('/b')])).resolves.toEqual(['ok', 'ok'])
    expect(calls.filter(({ url }) => url.endsWith('/auth/refresh'))).toHaveLength(1)
    const payments = calls.filter(({ url }) => url.endsWith('/a'))
    expect(payments.map(({ headers }) => headers.get('Idempotency-Key'))).toEqual(['k', 'k'])
    expect(getToken()).toBe('new')
  })

  it('renews before it asks when the token has surely run out', async () => {
    setToken('old', 1)
    answer = (request) => (request.url.endsWith('/auth/refresh') ? json(200, { access_token: 'new', expires_in: 900 }) : json(200, 'ok'))
    await apiRequest('/a')
    expect(calls.map(({ url }) => new URL(url).pathname)).toEqual(['/auth/refresh', '/a'])
  })

  it('takes no fresh token for somebody who has signed out meanwhile', async () => {
    answer = ({ url, headers }) => {
      if (headers.get('Authorization') === 'Bearer new') return json(200, 'ok')
      if (!url.endsWith('/auth/refresh')) return json(401, { detail: 'Expired.' })
      setToken(null) // while the bank makes a new one
      return json(200, { access_token: 'new', expires_in: 900 })
    }
    await expect(apiRequest('/a')).rejects.toMatchObject({ status: 401 })
    expect(getToken()).toBeNull()
  })

  it('signs out when the session is over, and not when the bank is only busy', async () => {
    answer = () => json(401, { detail: 'Sign in again.' })
    await expect(apiRequest('/a')).rejects.toMatchObject({ status: 401 })
    expect(getToken()).toBeNull()

    setToken('old', 900)
    answer = ({ url }) => (url.endsWith('/auth/refresh') ? json(503, { detail: 'Busy.' }) : json(401, { detail: 'Expired.' }))
    await expect(apiRequest('/a')).rejects.toMatchObject({ status: 503 })
    expect(getToken()).toBe('old')
  })
})

describe('backOffMs', () => {
  it('doubles, is spread, and has an end', () => {
    expect(backOffMs(0, () => 0)).toBe(250)
    expect(backOffMs(0, () => 1)).toBe(500)
    expect(backOffMs(3, () => 1)).toBe(4_000)
    expect(backOffMs(50, () => 1)).toBe(30_000)
  })
})

describe('what a payment is to whom', () => {
  const base = {
    id: 1, kind: 'transfer', status: 'SUCCESS', amount: 10.5, currency: 'INR', src_account: 1, dest_account: 2, src_user_id: 1, dest_user_id: 2,
    src_user_name: 'Asha', dest_user_name: 'Rohan', note: '', timestamp: '2026-11-20T10:00:00Z',
  } as Transaction

  it('is out for the one and in for the other', () => {
    expect(activityOf(base, 1)).toMatchObject({ direction: 'out', other: { id: 2, name: 'Rohan' }, amountMinor: 10_50 })
    expect(activityOf(base, 2)).toMatchObject({ direction: 'in', other: { id: 1, name: 'Asha' } })
  })

  it('is nobody else’s between own accounts and at the counter', () => {
    const own = { ...base, dest_user_id: 1 }
    expect(activityOf(own, 1)).toMatchObject({ direction: 'own', other: null })
    expect(activityOf({ ...own, kind: 'withdrawal', dest_account: null }, 1)).toMatchObject({ direction: 'out', other: null })
    expect(activityOf({ ...own, kind: 'deposit', src_account: null }, 1)).toMatchObject({ direction: 'in', other: null })
  })

  it('is a gain or a loss for each of two accounts of one person', () => {
    const own = { ...base, dest_user_id: 1 }
    expect(activityOf(own, 1, 1)).toMatchObject({ direction: 'out', other: null })
    expect(activityOf(own, 1, 2)).toMatchObject({ direction: 'in', other: null })
  })

  it('adds up what moved: not what failed, is open, or stayed one’s own', () => {
    const activities = [
      base,
      { ...base, id: 2, amount: 0.1 },
      { ...base, id: 3, status: 'FAILED' as const, amount: 999 },
      { ...base, id: 4, status: 'UNDER_REVIEW' as const, amount: 999 },
      { ...base, id: 5, dest_user_id: 1, amount: 999 },
      { ...base, id: 6, status: 'REVERSED' as const, src_user_id: 3, dest_user_id: 1, timestamp: '2026-10-20T10:00:00Z' },
    ].map((transaction) => activityOf(transaction, 1))
    expect(totalsOf(activities)).toEqual({ count: 6, outMinor: 10_60, inMinor: 10_50 })
    expect(byDay(activities).map(({ key, items: rows }) => [key, rows.length])).toEqual([['2026-11-20', 5], ['2026-10-20', 1]])
  })
})
