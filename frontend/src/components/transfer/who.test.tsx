import { QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, it, vi } from 'vitest'
import * as auth from '@/contexts/AuthContext'
import { authAPI } from '@/services/api'
import * as dashboard from '@/services/queries/dashboard'
import { createQueryClient } from '@/services/queries/client'
import type { User } from '@/services/types'
import type { Transfer } from './useTransfer'
import { WhoStep } from './WhoStep'

afterEach(() => vi.restoreAllMocks())

const ROHAN = { id: 2, username: 'rohan', name: 'Rohan Mehta' }

function open(found: (typeof ROHAN)[], transfer = {} as Transfer) {
  vi.spyOn(auth, 'useUser').mockReturnValue({ id: 1, username: 'asha' } as User)
  vi.spyOn(dashboard, 'useSummary').mockReturnValue({ data: undefined } as ReturnType<typeof dashboard.useSummary>)
  const searchUsers = vi.spyOn(authAPI, 'searchUsers').mockResolvedValue(found)
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MemoryRouter>
        <WhoStep transfer={transfer} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
  return searchUsers
}

const type = (value: string) => fireEvent.change(screen.getByRole('combobox'), { target: { value } })

it('a name is looked for when the fingers pause, not at every letter', async () => {
  const searchUsers = open([ROHAN])
  for (const value of ['ro', 'roh', 'roha', 'rohan mehta']) type(value)
  await waitFor(() => expect(screen.getByText('Rohan Mehta')).toBeTruthy())
  expect(searchUsers.mock.calls.map(([asked]) => asked)).toEqual(['rohan mehta'])
})

it('nobody is chosen who only fitted what was typed before', async () => {
  const change = vi.fn()
  open([ROHAN], { draft: {}, change, go: vi.fn() } as unknown as Transfer)
  type('roh')
  await waitFor(() => expect(screen.getByText('Rohan Mehta')).toBeTruthy())
  type('meh') // he still fits, before the bank says so
  expect(screen.getByText('Rohan Mehta')).toBeTruthy()
  type('as')
  expect(screen.queryByText('Rohan Mehta')).toBeNull()
  fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Enter' })
  expect(change).not.toHaveBeenCalled()
})
