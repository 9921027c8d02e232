import { act, cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError } from '@/lib/errors'
import { setLanguage } from '@/lib/i18n'
import { useFieldErrors } from './fields'

function Said({ error }: { error: unknown }) {
  const fieldErrors = useFieldErrors()
  return <output>{JSON.stringify(fieldErrors(error))}</output>
}

async function said(error: unknown): Promise<unknown> {
  await act(async () => {
    render(<Suspense><Said error={error} /></Suspense>)
    await Promise.resolve()
  })
  return JSON.parse((await screen.findByRole('status')).textContent)
}

const refused = (...errors: unknown[]) => new ApiError({ detail: 'No.', status: 422, code: 'invalid_request', data: { errors } })
const SHORT = { field: 'password', code: 'string_too_short', message: 'String should have at least 12 characters', facts: { min_length: 12 } }

describe('useFieldErrors', () => {
  afterEach(async () => {
    cleanup()
    await setLanguage('en')
  })

  it('is the bank’s own word in English', async () => {
    expect(await said(refused(SHORT))).toEqual({ password: 'String should have at least 12 characters' })
  })

  it('is said by its code in Hindi, with the bank’s limit', async () => {
    await setLanguage('hi')
    expect(await said(refused(SHORT, { field: 'email', code: 'missing', message: 'Field required', facts: {} }))).toEqual({
      password: 'कम से कम 12 अक्षर लिखें।',
      email: 'यह भरना ज़रूरी है।',
    })
  })

  it('is what the bank’s rule says of it, in Hindi by the rule’s own words', async () => {
    const taken = { field: 'username', code: 'username_taken', message: 'This username is taken. Choose another one.', facts: {} }
    expect(await said(refused(taken))).toEqual({ username: taken.message })
    cleanup()
    await setLanguage('hi')
    expect(await said(refused(taken))).toEqual({ username: 'यह यूज़रनेम लिया जा चुका है। दूसरा चुनें।' })
  })

  it.each([
    ['a new code', { ...SHORT, code: 'never_heard_of' }],
    ['no code', { field: SHORT.field, message: SHORT.message }],
    ['a limit that is missing', { ...SHORT, facts: {} }],
    ['no facts at all', { ...SHORT, facts: undefined }],
  ])('stays the bank’s own word in Hindi with %s', async (_, mistake) => {
    await setLanguage('hi')
    expect(await said(refused(mistake))).toEqual({ password: SHORT.message })
  })

  it('finds nothing in what is no list of mistakes', async () => {
    expect(await said(refused({ message: 'Without a field.' }, 7))).toEqual({})
    cleanup()
    expect(await said(new ApiError({ detail: 'No.', status: 422, data: { errors: 'many' } }))).toEqual({})
    cleanup()
    expect(await said(new Error('Away.'))).toEqual({})
  })
})
