import { QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { NotificationApiProvider } from '@/contexts/NotificationApiContext'
import * as auth from '@/contexts/AuthContext'
import { AuthProvider } from '@/contexts/AuthContext'
import { ApiError } from '@/lib/errors'
import { setLanguage } from '@/lib/i18n'
import bankInHindi from '@/locales/hi/bank'
import { authAPI } from '@/services/api'
import { createQueryClient } from '@/services/queries/client'
import type { Session, User } from '@/services/types'
import { DetailsForm } from './DetailsForm'
import { PasswordForm } from './PasswordForm'
import { Sessions } from './Sessions'

afterEach(async () => {
  vi.restoreAllMocks()
  await setLanguage('en')
})

const session = (id: number, browser: string): Session => ({
  id,
  user_agent: `Mozilla/5.0 (X11; Linux x86_64) ${browser}/140.0`,
  ip: '127.0.0.1',
  created_at: '2026-11-23T10:00:00Z',
  last_used_at: '2026-11-23T10:00:00Z',
  expires_at: '2026-12-23T10:00:00Z',
  current: false,
})

it('a device is asked about without what went wrong with another', async () => {
  vi.spyOn(authAPI, 'getSessions').mockResolvedValue([session(1, 'Firefox'), session(2, 'Chrome')])
  vi.spyOn(authAPI, 'endSession').mockRejectedValue(new ApiError({ status: 503, detail: 'Try again in a moment.' }))
  render(
    <QueryClientProvider client={createQueryClient()}>
      <AuthProvider>
        <NotificationApiProvider>
          <Sessions />
        </NotificationApiProvider>
      </AuthProvider>
    </QueryClientProvider>,
  )
  await userEvent.click(await screen.findByRole('button', { name: /^Sign out Firefox/ }))
  const first = within(await screen.findByRole('dialog'))
  await userEvent.click(first.getByRole('button', { name: 'Sign out' }))
  await first.findByText('Try again in a moment.')
  await userEvent.click(first.getByRole('button', { name: 'Cancel' }))
  await userEvent.click(screen.getByRole('button', { name: /^Sign out Chrome/ }))
  const second = within(await screen.findByRole('dialog'))
  expect(second.getByText(/Chrome/)).toBeTruthy()
  expect(second.queryByText('Try again in a moment.')).toBeNull()
})

it('what is wrong with a password is told in the language chosen since', async () => {
  vi.spyOn(auth, 'useUser').mockReturnValue({ username: 'asha', email: 'asha@example.com' } as User)
  const { unmount } = render(
    <QueryClientProvider client={createQueryClient()}>
      <AuthProvider>
        <NotificationApiProvider>
          <PasswordForm />
        </NotificationApiProvider>
      </AuthProvider>
    </QueryClientProvider>,
  )
  await userEvent.click(screen.getByRole('button', { name: 'Change password' }))
  await screen.findByText('Enter your current password.')
  await act(() => setLanguage('hi'))
  await screen.findByText('अपना मौजूदा पासवर्ड लिखें।')
  expect(screen.getByText('कम से कम बारह अक्षर चाहिए।')).toBeTruthy()
  unmount()
})

describe('what the bank says of a field', () => {
  const show = (form: ReactNode) => {
    vi.spyOn(auth, 'useUser').mockReturnValue({ username: 'asha', email: 'asha@example.com', full_name: 'Asha', phone: '12', address: '' } as User)
    return render(
      <QueryClientProvider client={createQueryClient()}>
        <AuthProvider>
          <NotificationApiProvider>{form}</NotificationApiProvider>
        </AuthProvider>
      </QueryClientProvider>,
    )
  }

  const refusal = (field: string, code: string, detail: string) =>
    new ApiError({ status: 422, code, detail, data: { errors: [{ field, code, message: detail, facts: {} }] } })

  it.each([
    ['new_password', 'weak_password', 'A few unrelated words are better.', 'New password'],
    ['current_password', 'wrong_password', 'Your current password isn’t right.', 'Current password'],
  ])('%s stands at the field', async (field, code, detail, label) => {
    vi.spyOn(authAPI, 'changePassword').mockRejectedValue(refusal(field, code, detail))
    const { unmount } = show(<PasswordForm />)
    await userEvent.type(screen.getByLabelText('Current password'), 'correct horse battery')
    await userEvent.type(screen.getByLabelText('New password'), 'another horse battery')
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }))
    await screen.findByText(detail)
    expect(screen.getByLabelText(label).getAttribute('aria-invalid')).toBe('true')
    unmount()
  })

  it('is told in the language chosen since, and back', async () => {
    vi.spyOn(authAPI, 'changePassword').mockRejectedValue(
      refusal('current_password', 'wrong_password', 'That is not your current password.'),
    )
    const { unmount } = show(<PasswordForm />)
    await userEvent.type(screen.getByLabelText('Current password'), 'not this one')
    await userEvent.type(screen.getByLabelText('New password'), 'four words to remember')
    await userEvent.click(screen.getByRole('button', { name: 'Change password' }))
    await screen.findByText('That is not your current password.')
    await act(() => setLanguage('hi'))
    await screen.findByText(bankInHindi.wrong_password)
    expect(screen.queryByText('That is not your current password.')).toBeNull()
    await act(() => setLanguage('en'))
    await screen.findByText('That is not your current password.')
    unmount()
  })

  it('is told by its code and limits in the language chosen since, and goes once it is put right', async () => {
    const mistake = { field: 'phone', code: 'string_too_short', message: 'String should have at least 6 characters', facts: { min_length: 6 } }
    vi.spyOn(authAPI, 'updateProfile').mockRejectedValue(
      new ApiError({ status: 422, code: 'invalid_request', detail: 'No.', data: { errors: [mistake] } }),
    )
    const { unmount } = show(<DetailsForm />)
    const phone = screen.getByLabelText('Phone (optional)')
    await userEvent.clear(phone)
    await userEvent.type(phone, '9876543210')
    await userEvent.click(screen.getByRole('button', { name: 'Save' }))
    await screen.findByText(mistake.message)
    await act(() => setLanguage('hi'))
    await screen.findByText('कम से कम 6 अक्षर लिखें।')
    await userEvent.type(phone, '1')
    expect(screen.queryByText('कम से कम 6 अक्षर लिखें।')).toBeNull()
    await act(() => setLanguage('en'))
    expect(screen.queryByText(mistake.message)).toBeNull()
    unmount()
  })
})
