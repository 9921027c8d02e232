import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { setLanguage } from '@/lib/i18n'
import { createQueryClient } from '@/services/queries/client'
import { getToken, setToken } from '@/services/token'
import { AuthProvider, useAuth } from './AuthContext'
import { NotificationApiProvider, useNotifications } from './NotificationApiContext'
import { ThemeProvider, useTheme } from './ThemeContext'

const ASHA = { id: 1, username: 'asha', role: 'customer', full_name: 'Asha Rao', kyc_approved: true }
const NEWS = { id: 7, title: 'Money received', message: '₹150.00 from Rohan.', type: 'transfer.received', is_read: false }

/** A bank that knows one person: what was asked of it, and what it answers by path. */
let asked: string[]
let answers: Record<string, () => Response | Promise<Response>>

beforeEach(() => {
  asked = []
  answers = {
    'POST /auth/login': () => Response.json({ access_token: 'fresh', expires_in: 900, token_type: 'bearer', user: ASHA }),
    'POST /auth/logout': () => new Response(null, { status: 204 }),
    'GET /auth/me': () => Response.json(ASHA),
    'POST /ws/ticket': () => Response.json({ ticket: 'once', expires_in: 30 }),
    'GET /notifications': () => Response.json({ items: [NEWS], next_cursor: null }),
    'GET /notifications/stats': () => Response.json({ unread: 1, total: 1 }),
    'PUT /notifications/7/read': () => Response.json({ ...NEWS, is_read: true }),
    'PUT /notifications/read-all': () => Response.json({ marked: 1 }),
    'DELETE /notifications/7': () => new Response(null, { status: 204 }),
  }
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const { pathname, search } = new URL(path, 'http://bank.example')
    const call = `${init.method ?? 'GET'} ${pathname}`
    asked.push(init.method === 'PUT' ? call + search : call)
    return Promise.resolve((answers[call] ?? (() => Response.json({ detail: 'No such thing.' }, { status: 404 })))())
  })
  vi.stubGlobal('WebSocket', Line)
  Line.all = []
})
afterEach(() => {
  act(() => setToken(null))
  localStorage.clear()
  vi.unstubAllGlobals()
})

/** The browser's socket, played by the test. */
class Line {
  static readonly OPEN = 1
  static all: Line[] = []
  readyState = Line.OPEN
  onopen: () => void = () => undefined
  onmessage: (event: { data: string }) => void = () => undefined
  onclose: ((event: { code: number }) => void) | null = null
  readonly address: string
  constructor(address: string) {
    this.address = address
    Line.all.push(this)
  }
  send(): void {}
  close(): void {}
}

const around = ({ children }: { children: ReactNode }) => (
  <QueryClientProvider client={createQueryClient()}>
    <AuthProvider>
      <NotificationApiProvider>{children}</NotificationApiProvider>
    </AuthProvider>
  </QueryClientProvider>
)
const together = () => renderHook(() => ({ auth: useAuth(), news: useNotifications() }), { wrapper: around })

describe('AuthContext (S80)', () => {
  it('shows the kept token to the bank on startup, and knows whose it is', async () => {
    setToken('kept', 900)
    const { result } = together()
    expect(result.current.auth).toMatchObject({ status: 'checking', user: null })
    await waitFor(() => expect(result.current.auth).toMatchObject({ status: 'signed-in', user: ASHA }))
  })

  it('signs in and out, and forgets the token', async () => {
    const { result } = together()
    expect(result.current.auth.status).toBe('signed-out')
    await act(() => result.current.auth.login('asha', 'calm-seas-2026'))
    expect(result.current.auth.user).toMatchObject({ username: 'asha' })
    expect(getToken()).toBe('fresh')
    await act(() => result.current.auth.logout())
    expect(result.current.auth).toMatchObject({ status: 'signed-out', user: null })
    expect([getToken(), asked.includes('POST /auth/logout')]).toEqual([null, true])
  })

  it('stays signed out when the bank’s word of who one was comes late', async () => {
    setToken('kept', 900)
    const { result } = together()
    await waitFor(() => expect(result.current.auth.status).toBe('signed-in'))
    let says: (answer: Response) => void = () => undefined
    answers['GET /auth/me'] = () => new Promise((resolve) => (says = resolve))
    const asking = result.current.auth.refresh()
    await act(() => result.current.auth.logout())
    await act(async () => {
      says(Response.json(ASHA))
      await asking
    })
    expect(result.current.auth).toMatchObject({ status: 'signed-out', user: null })
  })

  it('throws what the bank says of a wrong password, and stays signed out', async () => {
    answers['POST /auth/login'] = () => Response.json({ detail: 'Wrong.', code: 'sign_in_failed' }, { status: 401 })
    const { result } = together()
    await expect(result.current.auth.login('asha', 'guess')).rejects.toMatchObject({ status: 401, detail: 'Wrong.' })
    expect(result.current.auth.status).toBe('signed-out')
  })

  it('reads the user again when asked, and keeps them while the bank is away', async () => {
    setToken('kept', 900)
    const { result } = together()
    await waitFor(() => expect(result.current.auth.status).toBe('signed-in'))
    answers['GET /auth/me'] = () => Response.json({ ...ASHA, kyc_approved: false })
    await act(() => result.current.auth.refresh())
    expect(result.current.auth.user).toMatchObject({ kyc_approved: false })
    answers['GET /auth/me'] = () => Response.json({ detail: 'Away.' }, { status: 503 })
    await act(() => result.current.auth.refresh())
    expect(result.current.auth).toMatchObject({ status: 'signed-in', user: { username: 'asha' } })
  })
})

describe('NotificationApiContext (S81)', () => {
  async function signedIn() {
    setToken('kept', 900)
    const { result } = together()
    await waitFor(() => expect(Line.all).toHaveLength(1))
    act(() => Line.all[0]?.onopen())
    await waitFor(() => expect(result.current.news.stats.unread).toBe(1))
    return result
  }

  it('opens one socket with a ticket, on the page’s own host and scheme (S101)', async () => {
    const result = await signedIn()
    expect(Line.all[0]?.address).toBe('ws://localhost:3000/ws?ticket=once')
    expect(result.current.news).toMatchObject({ live: 'live', stats: { unread: 1, total: 1 } })
    await waitFor(() => expect(result.current.news.notifications).toEqual([NEWS]))
  })

  it('comes back after a break and fetches what was missed', async () => {
    const result = await signedIn()
    const before = asked.filter((call) => call === 'GET /notifications').length
    act(() => Line.all[0]?.onclose?.({ code: 1012 }))
    expect(result.current.news.live).toBe('waiting')
    await waitFor(() => expect(Line.all).toHaveLength(2), { timeout: 2_000 })
    act(() => Line.all[1]?.onopen())
    expect(result.current.news.live).toBe('live')
    await waitFor(() => expect(asked.filter((call) => call === 'GET /notifications').length).toBeGreaterThan(before))
  })

  it('says a notification aloud as a toast, without asking to show it outside (S93, S82)', async () => {
    const ask = vi.fn()
    vi.stubGlobal('Notification', Object.assign(vi.fn(), { permission: 'default', requestPermission: ask }))
    const result = await signedIn()
    act(() => Line.all[0]?.onmessage({ data: JSON.stringify({ type: 'notification', data: NEWS }) }))
    expect(result.current.news.toasts).toMatchObject([{ title: 'Money received', message: '₹150.00 from Rohan.' }])
    expect([ask.mock.calls, vi.mocked(window.Notification).mock.calls]).toEqual([[], []])
  })

  it('says nothing twice of a payment that one looks at, whichever comes first', async () => {
    const result = await signedIn()
    const push = (data: object) => act(() => Line.all[0]?.onmessage({ data: JSON.stringify({ type: 'notification', data: { ...NEWS, ...data } }) }))
    push({ type: 'transfer.completed', related_id: 41 })
    expect(result.current.news.toasts).toHaveLength(1)
    let leave = (): void => undefined
    act(() => {
      leave = result.current.news.watchPayment(41)
      result.current.news.watchPayment(41)() // as by a page that gives way to the next
    })
    expect(result.current.news.toasts).toEqual([])
    push({ type: 'transaction.held', related_id: 41 })
    expect(result.current.news.toasts).toEqual([])
    push({ type: 'account.approved', related_id: 41 })
    push({ type: 'transfer.received', related_id: 42 })
    expect(result.current.news.toasts).toHaveLength(2)
    act(() => leave())
    push({ type: 'transfer.completed', related_id: 41 })
    expect(result.current.news.toasts).toHaveLength(3)
  })

  describe('in Hindi', () => {
    const push = (data: unknown) => act(() => Line.all[0]?.onmessage({ data: JSON.stringify({ type: 'notification', data }) }))
    const TOLD = { ...NEWS, sentence: 'transfer.received', facts: { amount_minor: 150_00, currency: 'INR', name: 'Rohan', note: '' } }
    beforeEach(() => setLanguage('hi'))
    afterEach(async () => {
      vi.restoreAllMocks()
      await setLanguage('en')
    })

    it('says it as a toast, and as the bank does what it has no words for', async () => {
      const result = await signedIn()
      push(TOLD)
      push({ ...TOLD, sentence: 'never.heard.of' })
      await waitFor(() => expect(result.current.news.toasts).toMatchObject([
        { title: 'पैसे मिले', message: 'आपको Rohan से ₹150.00 मिले।' },
        { title: 'Money received', message: '₹150.00 from Rohan.' },
      ]))
    })

    it('says it as the bank did while its own words can’t be fetched', async () => {
      vi.spyOn(await import('@/locales/notices'), 'retold').mockRejectedValue(new TypeError('Failed to fetch'))
      const result = await signedIn()
      push(TOLD)
      await waitFor(() => expect(result.current.news.toasts).toMatchObject([{ title: 'Money received', message: '₹150.00 from Rohan.' }]))
    })

    it('says it outside of the page to who asked for that', async () => {
      const shown = vi.fn(function () {})
      vi.stubGlobal('Notification', Object.assign(shown, { permission: 'granted' }))
      vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
      localStorage.setItem('nyord.webNotifications', 'on')
      await signedIn()
      push(TOLD)
      await waitFor(() => expect(shown.mock.calls).toEqual([['पैसे मिले', expect.objectContaining({ body: 'आपको Rohan से ₹150.00 मिले।' })]]))
    })

    it('has the service worker say it where the page itself may not, as on Android', async () => {
      const page = vi.fn(function () {
        throw new TypeError('Illegal constructor. Use ServiceWorkerRegistration.showNotification() instead.')
      })
      const worker = { active: {}, showNotification: vi.fn().mockResolvedValue(undefined) }
      vi.stubGlobal('Notification', Object.assign(page, { permission: 'granted' }))
      vi.stubGlobal('navigator', Object.assign(Object.create(navigator), { serviceWorker: { getRegistration: () => Promise.resolve(worker) } }))
      vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
      localStorage.setItem('nyord.webNotifications', 'on')
      await signedIn()
      push(TOLD)
      await waitFor(() => expect(worker.showNotification.mock.calls).toEqual([['पैसे मिले', expect.objectContaining({ body: 'आपको Rohan से ₹150.00 मिले।' })]]))
      expect(page).not.toHaveBeenCalled()
    })
  })

  it('tells who listens that money moved', async () => {
    const result = await signedIn()
    const heard = vi.fn()
    const stop = result.current.news.onMoneyMoved(heard)
    const moved = { type: 'transaction.success', transaction_id: 5, amount: 150, new_src_balance: 1, new_dest_balance: null }
    act(() => Line.all[0]?.onmessage({ data: JSON.stringify(moved) }))
    stop()
    act(() => Line.all[0]?.onmessage({ data: JSON.stringify(moved) }))
    expect(heard.mock.calls).toEqual([[moved]])
  })

  it('reads, reads all and deletes, and counts again', async () => {
    const result = await signedIn()
    answers['GET /notifications/stats'] = () => Response.json({ unread: 0, total: 1 })
    await act(() => result.current.news.markAsRead(7))
    await waitFor(() => expect(result.current.news.stats.unread).toBe(0))
    await act(() => result.current.news.markAllAsRead(7))
    await act(() => result.current.news.deleteNotification(7))
    expect(asked.filter((call) => /^(PUT|DELETE)/.test(call))).toEqual([
      'PUT /notifications/7/read',
      'PUT /notifications/read-all?up_to=7',
      'DELETE /notifications/7',
    ])
  })

  it('shows success and error, each until it is dismissed (S95)', () => {
    const { result } = together()
    act(() => result.current.news.showSuccess('Saved'))
    act(() => result.current.news.showError('Not saved', 'Try again.'))
    expect(result.current.news.toasts).toMatchObject([
      { tone: 'good', title: 'Saved' },
      { tone: 'bad', title: 'Not saved', message: 'Try again.' },
    ])
    act(() => result.current.news.dismissToast(result.current.news.toasts[0]?.id ?? -1))
    expect(result.current.news.toasts).toHaveLength(1)
  })
})

describe('ThemeContext (S17)', () => {
  it('is shown at once, kept, and follows the system when asked to', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
    const { result } = renderHook(useTheme, { wrapper: ThemeProvider })
    expect(result.current).toMatchObject({ theme: 'system', shown: 'dark' })
    act(() => result.current.setTheme('light'))
    expect([document.documentElement.dataset.theme, localStorage.getItem('nyord.theme')]).toEqual(['light', 'light'])
    act(() => result.current.setTheme('system'))
    expect([document.documentElement.dataset.theme, localStorage.getItem('nyord.theme')]).toEqual(['dark', null])
  })
})
