import { ApiError, STATUS_UNREACHABLE } from '@/lib/errors'
import { giveWay } from '@/lib/giveWay'
import { getLanguage } from '@/lib/i18n'
import { getToken, hasRunOut, setToken } from '../token'
import type { Token } from '../types'

type QueryValue = string | number | boolean | null | undefined

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  /** Put behind the path; null, undefined and '' are left out. */
  query?: Readonly<Record<string, QueryValue>>
  /** The idempotency key of an intent (`lib/keys`). */
  key?: string
  signal?: AbortSignal
  /** Without the token and without a refresh: signing in, registering. */
  anonymous?: boolean
}

/**
 * Calls the API (S78): sends the token, returns the parsed JSON (undefined for an empty answer).
 *
 * A token that ran out is renewed once, silently, and the call is made again, so a form in the middle of being filled
 * notices nothing. Throws an ApiError with `detail`, `status` and `data`; status 0 when the bank can't be reached.
 */
export async function apiRequest<T>(path: string, options: RequestOptions = {}): Promise<T> {
  let token = options.anonymous ? null : getToken()
  if (token !== null && hasRunOut()) token = (await renewToken(token)) ?? token
  let response = await send(path, options, token)
  if (response.status === 401 && !options.anonymous && token !== null) {
    const renewed = await renewToken(token)
    if (renewed !== null) response = await send(path, options, renewed)
    if (response.status === 401) setToken(null)
  }
  if (!response.ok) throw await failure(response)
  return (response.status === 204 ? undefined : await parsed(response)) as T
}

async function send(path: string, options: RequestOptions, token: string | null): Promise<Response> {
  await giveWay() // a page asks for several things in the moment it is drawn, and each takes a few milliseconds to send off
  const headers = new Headers({ Accept: 'application/json', 'Accept-Language': getLanguage() })
  if (token !== null) headers.set('Authorization', `Bearer ${token}`)
  if (options.body !== undefined) headers.set('Content-Type', 'application/json')
  if (options.key !== undefined) headers.set('Idempotency-Key', options.key)
  try {
    return await fetch(path + queryText(options.query), {
      method: options.method ?? 'GET',
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
      cache: 'no-store',
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw unreachable()
  }
}

function queryText(query: RequestOptions['query']): string {
  const entries = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
  )
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`
}

let renewing: Promise<string | null> | undefined

/** A fresh token for the one that ran out, or null when the session is over. One renewal at a time, over all tabs. */
export function renewToken(expired: string): Promise<string | null> {
  renewing ??= oneTabAtATime(() => renew(expired)).finally(() => (renewing = undefined))
  return renewing
}

async function renew(expired: string): Promise<string | null> {
  const current = getToken()
  if (current !== expired) return current // another tab renewed it, or signed out, while we waited
  const response = await send('/auth/refresh', { method: 'POST', anonymous: true }, null)
  if (response.ok) {
    const { access_token: token, expires_in: seconds } = (await parsed(response)) as Token
    if (getToken() === null) return null // signed out while the bank made it
    setToken(token, seconds)
    return token
  }
  if (response.status === 401 || response.status === 403) return null
  throw await failure(response) // the bank is busy, which says nothing about the session
}

function oneTabAtATime<T>(act: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('nyord.refresh', act).then((value) => value) : act()
}

async function parsed(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    throw unreachable() // cut off on the way, or a page of something between us and the bank
  }
}

async function failure(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get('Retry-After'))
  const body = (await response.json().catch(() => ({}))) as { detail?: unknown; code?: string; data?: Record<string, unknown> }
  return new ApiError({
    detail: typeof body.detail === 'string' ? body.detail : `The bank answered ${response.status}. Try again in a moment.`,
    status: response.status,
    code: body.code,
    data: body.data,
    requestId: response.headers.get('X-Request-ID'),
    isRepeated: response.headers.get('Idempotency-Hit') === 'true',
    retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  })
}

function unreachable(): ApiError {
  return new ApiError({
    detail: "The bank can't be reached. Check your connection and try again.",
    status: STATUS_UNREACHABLE,
    code: 'unreachable',
  })
}
