import { act, cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setLanguage } from '@/lib/i18n'
import { retold, useNotice } from './notices'

const MONEY = { amount_minor: 1_50_000_50, currency: 'INR' }
const SENT = {
  id: 7,
  title: 'Money sent',
  message: 'You sent ₹1,50,000.50 to Meera Nair.',
  sentence: 'transfer.sent' as string | null,
  facts: { ...MONEY, name: 'Meera Nair', note: '' } as Record<string, string | number> | null,
}
const told = (sentence: string, facts: Record<string, string | number>) => retold({ ...SENT, sentence, facts: { ...MONEY, ...facts } })

function Row({ notice }: { notice: typeof SENT }) {
  const { title, message } = useNotice(notice)
  return <article>{`${title} | ${message}`}</article>
}

afterEach(async () => {
  cleanup()
  await setLanguage('en')
})

describe('a notification in English', () => {
  it('is what the bank said, to the letter', async () => {
    expect(await retold(SENT)).toBe(SENT)
    render(<Row notice={SENT} />)
    expect(screen.getByRole('article').textContent).toBe('Money sent | You sent ₹1,50,000.50 to Meera Nair.')
  })
})

describe('a notification in Hindi', () => {
  beforeEach(() => setLanguage('hi'))

  it('is said where it is shown, and keeps what else it holds', async () => {
    await act(async () => {
      render(<Suspense><Row notice={SENT} /></Suspense>)
      await Promise.resolve()
    })
    expect((await screen.findByRole('article')).textContent).toBe('पैसे भेजे गए | आपने Meera Nair को ₹1,50,000.50 भेजे।')
    expect(await retold(SENT)).toMatchObject({ id: 7, sentence: 'transfer.sent' })
  })

  it('says a part only if there is something to say', async () => {
    expect((await told('transfer.sent', { name: 'Meera Nair', note: 'lunch' })).message).toBe('आपने Meera Nair को ₹1,50,000.50 भेजे: “lunch”')
    expect((await told('transfer.returned', { name: '', reason: '' })).message).toBe('आपको ₹1,50,000.50 वापस मिले।')
    expect((await told('transfer.returned', { name: 'Arjun Rao', reason: 'sent twice' })).message).toBe(
      'आपको Arjun Rao से ₹1,50,000.50 वापस मिले। कारण: sent twice',
    )
  })

  it('leaves names, notes and reasons as they were typed', async () => {
    const odd = '{amount} [x|y] $& insufficient_funds'
    expect((await told('transfer.sent', { name: odd, note: odd })).message).toBe(`आपने ${odd} को ₹1,50,000.50 भेजे: “${odd}”`)
    expect((await told('balance.taken', { reason: 'account_closed' })).message).toContain('कारण: account_closed')
  })

  it('says why money didn’t move by the reason’s code, and once that nothing has left', async () => {
    const { message } = await told('transfer.failed', { name: 'Meera Nair', reason_code: 'insufficient_funds', detail: 'Not enough.' })
    expect(message).toBe('Meera Nair को ₹1,50,000.50 नहीं भेजे गए। खाते में पर्याप्त राशि उपलब्ध नहीं है। आपके खाते से कुछ नहीं गया।')
    expect((await told('deposit.failed', { reason_code: 'account_closed', detail: 'It is closed.' })).message).toBe(
      '₹1,50,000.50 जमा नहीं हुए। एक खाता बंद है। आपके खाते में कुछ नहीं आया।',
    )
  })

  it('keeps the bank’s sentence about a reason that is new', async () => {
    expect((await told('withdrawal.failed', { reason_code: 'never_heard_of', detail: 'The vault is shut.' })).message).toBe(
      '₹1,50,000.50 नहीं निकाले गए। The vault is shut. आपके खाते से कुछ नहीं गया।',
    )
  })

  it('names the kind of an account and the rule of a review in words', async () => {
    expect((await told('account.approved', { account_type: 'savings', account_number: '••••4821' })).message).toContain('आपका बचत खाता ••••4821 खुल गया है।')
    expect((await told('account.approved', { account_type: 'gold', account_number: '••••4821' })).message).toContain('आपका gold खाता')
    expect((await told('fraud.suspected', { user_id: 7, transaction_id: 41, reason_code: 'high-value' })).message).toContain('बड़ी राशि')
  })

  it.each([
    ['a sentence that is new', { ...SENT, sentence: 'transfer.teleported' }],
    ['a sentence that is a word of something else', { ...SENT, sentence: 'savings' }],
    ['a sentence that every object has', { ...SENT, sentence: 'constructor' }],
    ['an old one without facts', { ...SENT, sentence: null, facts: null }],
    ['a fact that is missing', { ...SENT, facts: { ...MONEY, note: '' } }],
    ['money that isn’t rupees', { ...SENT, facts: { ...SENT.facts, currency: 'USD' } }],
  ])('stays the bank’s own sentence for %s', async (_, notice) => {
    expect(await retold(notice)).toBe(notice)
  })

  it('takes what a socket left out', async () => {
    expect(await retold({ title: 'News' })).toEqual({ title: 'News' })
  })
})
