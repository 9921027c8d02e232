import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, it } from 'vitest'
import { AuthProvider } from '@/contexts/AuthContext'
import { NotificationApiProvider } from '@/contexts/NotificationApiContext'
import { ApiError } from '@/lib/errors'
import { createQueryClient } from '@/services/queries/client'
import { ActDialog } from './ActDialog'

it('what the bank refused is read again: a colleague was quicker', async () => {
  const client = createQueryClient()
  client.setQueryData(['admin', 'account', 1], 'pending')
  const act = (): Promise<never> => Promise.reject(new ApiError({ status: 409, detail: 'Already decided.' }))
  render(
    <QueryClientProvider client={client}>
      <AuthProvider>
        <NotificationApiProvider>
          <ActDialog title="Open the account?" confirmLabel="Approve" writes={[]} act={act} said={() => 'Opened'} onClose={() => undefined} />
        </NotificationApiProvider>
      </AuthProvider>
    </QueryClientProvider>,
  )
  await userEvent.click(screen.getByText('Approve'))
  await waitFor(() => expect(client.getQueryState(['admin', 'account', 1])?.isInvalidated).toBe(true))
  expect(screen.getByText('Already decided.')).toBeTruthy()
})
