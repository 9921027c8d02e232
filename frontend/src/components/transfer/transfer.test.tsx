import { QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as auth from '@/contexts/AuthContext'
import { createQueryClient } from '@/services/queries/client'
import type { Account, User } from '@/services/types'
import { takeUpAgain, useTransfer } from './useTransfer'

beforeEach(() => {
  vi.spyOn(auth, 'useUser').mockReturnValue({ id: 1, username: 'asha', full_name: 'Asha' } as User)
})
afterEach(() => vi.restoreAllMocks())

const account = (id: number): Account =>
  ({ id, account_number: `10000000${id}`, account_type: 'savings', balance: 100, available: 100, status: 'approved', is_active: true }) as Account
const recipient = (id: number) => ({ id, account_number: `••••${id}`, account_type: 'savings', currency: 'INR', holder_name: 'Rohan' })

function begin(address: string, recipients: readonly number[], own: readonly number[] = [11]) {
  const answers: Record<string, unknown> = {
    '/users/2': { id: 2, name: 'Rohan', username: 'rohan' },
    '/accounts/user/2': recipients.map(recipient),
  }
  vi.stubGlobal('fetch', (path: string) => Promise.resolve(Response.json(answers[path] ?? {}, { status: path in answers ? 200 : 404 })))
  const client = createQueryClient()
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } }) // a test needn't wait
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>{children}</MemoryRouter>
    </QueryClientProvider>
  )
  const accounts = own.map(account)
  return renderHook(() => useTransfer(accounts), { wrapper })
}

beforeEach(() => sessionStorage.clear())
afterEach(() => vi.unstubAllGlobals())

describe('a transfer', () => {
  it('begins with who, whatever step the address asks for', () => {
    expect(begin('/transfer?step=review', [21]).result.current.step).toBe('who')
  })

  it('prefilled with somebody who has one account, asks how much (S92)', async () => {
    const { result } = begin('/transfer?to=2&name=Mallory', [21])
    await waitFor(() => expect(result.current.step).toBe('amount'))
    expect(result.current.person?.name).toBe('Rohan')
    expect(result.current.destination?.id).toBe(21)
  })

  it('asks which account where there are several, and not for the review before the amount', async () => {
    const { result } = begin('/transfer?to=2&step=review', [21, 22])
    await waitFor(() => expect(result.current.recipientAccounts).toHaveLength(2))
    expect(result.current.step).toBe('account')
    act(() => result.current.change({ destId: 22 }))
    expect(result.current.step).toBe('amount')
    act(() => result.current.change({ amount: '10' }))
    expect(result.current.step).toBe('review')
  })

  it('is taken up again after a reload, but not with somebody else', async () => {
    const first = begin('/transfer?to=2', [21])
    await waitFor(() => expect(first.result.current.step).toBe('amount'))
    act(() => first.result.current.change({ amount: '1,500', note: 'Rent' }))
    first.unmount()
    expect(begin('/transfer?to=2', [21]).result.current.draft).toMatchObject({ amount: '1,500', note: 'Rent' })
    expect(begin('/transfer?to=3', [21]).result.current.draft).toMatchObject({ personId: 3, amount: '', note: '' })
  })

  it('is forgotten once the bank took it, and can be taken up if it failed', async () => {
    const { result } = begin('/transfer?to=2', [21])
    await waitFor(() => expect(result.current.step).toBe('amount'))
    act(() => result.current.change({ amount: '7' }))
    act(() => result.current.finish(99))
    expect(sessionStorage.getItem('nyord.draft.transfer.1')).toBeNull()
    expect(takeUpAgain(1, 98)).toBe(false)
    expect(takeUpAgain(1, 99)).toBe(true)
    expect(begin('/transfer', [21]).result.current.draft).toMatchObject({ personId: 2, amount: '7' })
  })

  it('goes from the account one came from, until another is chosen', async () => {
    const { result } = begin('/transfer?from=12', [21], [11, 12])
    expect(result.current.source?.id).toBe(12)
    act(() => result.current.change({ personId: 2, destId: null }))
    await waitFor(() => expect(result.current.destination?.id).toBe(21))
    expect(result.current.source?.id).toBe(12)
    act(() => result.current.change({ srcId: 11 }))
    expect(result.current.source?.id).toBe(11)
    expect(begin('/transfer?from=99', [21], [11, 12]).result.current.source?.id).toBe(11)
  })

  it('says of nobody that they are gone because the bank is busy, and asks again', async () => {
    const { result } = begin('/transfer?to=2', [21])
    const bank = window.fetch
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ detail: 'Try again in a moment.' }, { status: 503 })))
    await waitFor(() => expect(result.current.recipientError).toMatchObject({ status: 503 }))
    expect(result.current.personGone).toBe(false)
    vi.stubGlobal('fetch', bank)
    act(() => result.current.retryRecipient())
    await waitFor(() => expect(result.current.step).toBe('amount'))
    expect(result.current.recipientError).toBeNull()
  })

  it('says of somebody whom the bank does not know that they are gone', async () => {
    const { result } = begin('/transfer?to=3', [])
    await waitFor(() => expect(result.current.personGone).toBe(true))
  })

  it('never goes from an account to itself', () => {
    const { result } = begin('/transfer?step=amount', [], [11, 12])
    act(() => result.current.change({ mode: 'own', srcId: 11, destId: 11 }))
    expect(result.current.destination).toBeUndefined()
    expect(result.current.step).toBe('who')
  })
})
