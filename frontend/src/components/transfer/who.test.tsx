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

it('a name is looked for when the fingers pause, not at every letter', async () => {
  vi.spyOn(auth, 'useUser').mockReturnValue({ id: 1, username: 'asha' } as User)
  vi.spyOn(dashboard, 'useSummary').mockReturnValue({ data: undefined } as ReturnType<typeof dashboard.useSummary>)
  const searchUsers = vi.spyOn(authAPI, 'searchUsers').mockResolvedValue([{ id: 2, username: 'rohan', name: 'Rohan Mehta' }])
  render(
    <QueryClientProvider client={createQueryClient()}>
      <MemoryRouter>
        <WhoStep transfer={{} as Transfer} />
      </MemoryRouter>
    </QueryClientProvider>,
  )
  for (const value of ['ro', 'roh', 'roha', 'rohan mehta']) fireEvent.change(screen.getByRole('combobox'), { target: { value } })
  await waitFor(() => expect(screen.getByText('Rohan Mehta')).toBeTruthy())
  expect(searchUsers.mock.calls.map(([asked]) => asked)).toEqual(['rohan mehta'])
})
