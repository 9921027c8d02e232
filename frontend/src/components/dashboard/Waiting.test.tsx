import { render, screen } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import * as auth from '@/contexts/AuthContext'
import { paths } from '@/lib/paths'
import type { Account, User } from '@/services/types'
import { NeedAccount } from '../transfer/NeedAccount'
import { Waiting } from './Waiting'

beforeEach(() => {
  vi.spyOn(auth, 'useUser').mockReturnValue({ id: 1, role: 'customer', kyc_approved: true } as User)
})
afterEach(() => vi.restoreAllMocks())

const account = (status: string, isActive: boolean): Account => ({ id: 1, status, is_active: isActive }) as Account

function show(...accounts: Account[]) {
  const { container } = render(
    <MemoryRouter>
      <Waiting accounts={accounts} open={[]} hidden={false} />
    </MemoryRouter>,
  )
  return container
}

it('an account that the bank has switched off is said, with the way to it', () => {
  show(account('approved', true), account('approved', false), account('pending', false))
  expect(screen.getByText('An account is switched off')).toBeTruthy()
  expect(screen.getByRole('link', { name: 'See your accounts' }).getAttribute('href')).toBe(paths.accounts)
})

it('an account that is on, waits or was refused is not called switched off', () => {
  expect(show(account('approved', true)).textContent).toBe('')
  expect(show(account('pending', false)).textContent).toContain('An account waits for approval')
  expect(show(account('rejected', false)).textContent).toContain('Open your first account')
})

it('who has only an account that is switched off is not told to open one', () => {
  const { rerender } = render(<NeedAccount accounts={[account('approved', false)]} hint="Soon." />, { wrapper: MemoryRouter })
  expect(screen.getByText('Your account is switched off')).toBeTruthy()
  rerender(<NeedAccount accounts={[account('pending', false)]} hint="Soon." />)
  expect(screen.getByText('You need an open account first')).toBeTruthy()
})
