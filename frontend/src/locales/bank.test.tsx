import { act, cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiError } from '@/lib/errors'
import { setLanguage } from '@/lib/i18n'
import { useBankSentence } from './bank'

function Said({ error }: { error: unknown }) {
  const { sayError } = useBankSentence()
  return <output>{sayError(error)}</output>
}

const refusal = new ApiError({ detail: 'Not sent: too much.', status: 422, code: 'insufficient_funds' })
const unknown = new ApiError({ detail: 'Quite new.', status: 422, code: 'never_heard_of' })

describe('useBankSentence', () => {
  afterEach(async () => {
    cleanup()
    await setLanguage('en')
  })

  it('is the bank’s own word in English', () => {
    render(<Said error={refusal} />)
    expect(screen.getByRole('status').textContent).toBe('Not sent: too much.')
  })

  it('is said by its code in Hindi, and as the bank says it where the code is new', async () => {
    await setLanguage('hi')
    await act(async () => {
      render(<Suspense><Said error={refusal} /><Said error={unknown} /></Suspense>)
      await Promise.resolve()
    })
    const [known, fresh] = await screen.findAllByRole('status')
    expect(known?.textContent).toContain('पर्याप्त राशि')
    expect(fresh?.textContent).toBe('Quite new.')
  })
})
