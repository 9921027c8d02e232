import { QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createQueryClient } from '@/services/queries/client'
import { Sums } from './Sums'

/** A statement of two days: the bank says what the account held, the payments that were asked for in them came to `inMinor` and `outMinor`. */
async function statement({ balances, inMinor = 0, outMinor = 0, settled = true }: { balances: number[]; inMinor?: number; outMinor?: number; settled?: boolean }) {
  const items = balances.map((balance, index) => ({ day: `2026-11-0${index + 1}`, balance }))
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json({ items })))
  render(
    <QueryClientProvider client={createQueryClient()}>
      <Sums totals={{ count: 1, inMinor, outMinor }} complete settled={settled} filters={{ from: '2026-11-02', to: '2026-11-03' }} accountId={7}>
        {null}
      </Sums>
    </QueryClientProvider>,
  )
  await screen.findByText('At the end')
}

const elsewhere = (): string | null => screen.queryByText('Booked on another day')?.nextElementSibling?.textContent ?? null

describe('the sums of a statement', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('come from the beginning to the end', async () => {
    await statement({ balances: [100, 100, 350], inMinor: 300_00, outMinor: 50_00 })
    expect(elsewhere()).toBe(null)
  })

  it('say what was asked for in these days and booked later', async () => {
    await statement({ balances: [100, 100, 100], outMinor: 60_00 })
    expect(elsewhere()).toMatch(/^₹60\.00/)
  })

  it('say what was asked for earlier and booked in these days', async () => {
    await statement({ balances: [100, 40, 40] })
    expect(elsewhere()).toMatch(/^−₹60\.00/)
  })

  it('say nothing of the kind while a part is still being read', async () => {
    await statement({ balances: [100, 40, 40], settled: false })
    expect(elsewhere()).toBe(null)
  })
})
