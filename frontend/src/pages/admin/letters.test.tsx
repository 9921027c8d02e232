import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, expect, it, vi } from 'vitest'
import { AuthProvider } from '@/contexts/AuthContext'
import { NotificationApiProvider } from '@/contexts/NotificationApiContext'
import { operationsAPI } from '@/services/api'
import { createQueryClient } from '@/services/queries/client'
import type { DeadLetter } from '@/services/types'
import DeadLettersPage from './DeadLettersPage'

afterEach(() => vi.restoreAllMocks())

const letter = (id: number, topic: string, eventId: string | null): DeadLetter => ({
  id,
  topic,
  event_id: eventId,
  queue: 'banking.transactions',
  error: 'ValueError: no',
  event: {},
  attempts: 8,
  status: 'waiting',
  created_at: '2026-11-23T10:00:00Z',
  decided_at: null,
  decided_by: null,
  decision_reason: null,
})

/** Show a foreign message and an event of the bank's own, and return their rows. */
async function shown(): Promise<(HTMLElement | undefined)[]> {
  vi.spyOn(operationsAPI, 'getDeadLetters').mockResolvedValue({
    items: [letter(1, 'transfer.initiate', null), letter(2, 'transaction.completed', '7-0')],
    next_cursor: null,
  })
  render(
    <MemoryRouter>
      <QueryClientProvider client={createQueryClient()}>
        <AuthProvider>
          <NotificationApiProvider>
            <DeadLettersPage />
          </NotificationApiProvider>
        </AuthProvider>
      </QueryClientProvider>
    </MemoryRouter>,
  )
  return (await screen.findAllByRole('row')).slice(1)
}

it('a message of a foreign program can be given up but not replayed, by a key as by a button', async () => {
  const [foreign, ours] = await shown()
  foreign?.focus()
  await userEvent.keyboard('p')
  expect(screen.queryByRole('dialog', { hidden: true })).toBeNull() // hidden: it is opened a frame later
  await userEvent.keyboard('g')
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
  ours?.focus()
  await userEvent.keyboard('p')
  expect(await screen.findByRole('button', { name: 'Replay' })).toBeTruthy()
})

it('a button tells the key that does the same, and its name is still the act alone', async () => {
  const [, ours] = await shown()
  ours?.focus()
  await userEvent.keyboard('{Enter}')
  const [giveUp, replay] = [await screen.findByRole('button', { name: 'Give up' }), screen.getByRole('button', { name: 'Replay' })]
  expect([giveUp, replay].map((button) => button.getAttribute('aria-keyshortcuts'))).toEqual(['g', 'p'])
})

it('says that a payment which nobody will settle fails, and only of the bank’s own', async () => {
  const [foreign, ours] = await shown()
  foreign?.focus()
  await userEvent.keyboard('g')
  expect(await screen.findByText(/The event is never handled/)).toBeTruthy()
  await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }))
  ours?.focus()
  await userEvent.keyboard('g')
  expect(await screen.findByText(/The payment fails/)).toBeTruthy()
})
