import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter, useLocation } from 'react-router'
import { describe, expect, it, vi } from 'vitest'
import { say, type Say } from '@/lib/i18n'
import trailEn from '@/locales/en/adminTrail'
import { endOfDay, startOfDay } from './days'
import { useFilters } from './useFilters'
import { useShortcuts } from './useShortcuts'
import { actionName, subjectName } from './words'

const trail: Say<typeof trailEn> = (key, ...values) => say(trailEn[key], values[0] ?? {})

describe('days', () => {
  it('begin and end at midnight of the bank, over the ends of months and years', () => {
    expect(startOfDay('2026-11-23')).toBe('2026-11-22T18:30:00.000Z')
    expect(endOfDay('2026-11-30')).toBe('2026-11-30T18:30:00.000Z')
    expect(endOfDay('2026-12-31')).toBe('2026-12-31T18:30:00.000Z')
    expect([startOfDay(''), endOfDay('')]).toEqual(['', ''])
  })

  it('are nothing where the address holds no day', () => {
    for (const text of ['soon', '2026-02-30', '2026-11', '275760-09-13']) expect([startOfDay(text), endOfDay(text)]).toEqual(['', ''])
  })
})

describe('words of the trail', () => {
  it('say exactly what was done, as far as the facts tell', () => {
    expect(actionName(trail, { action: 'account.updated', data: { change: 'switched_off' } })).toBe('Account switched off')
    expect(actionName(trail, { action: 'kyc.status_changed', data: { status: 'rejected' } })).toBe('Identity refused')
    expect(actionName(trail, { action: 'kyc.status_changed', data: {} })).toBe('Identity decided')
    expect(actionName(trail, { action: 'user.changed', data: { changes: { role: 'admin' } } })).toBe('Made staff')
    expect(actionName(trail, { action: 'user.changed', data: { changes: { is_active: false } } })).toBe('Access switched off')
    expect(actionName(trail, { action: 'user.changed', data: { changes: { is_locked: false } } })).toBe('Unlocked')
    expect(actionName(trail, { action: 'user.changed', data: { changes: { phone: true, language: 'hi' } } })).toBe('Profile changed')
  })

  it('show a topic nobody has words for as it is', () => {
    expect(actionName(trail, { action: 'card.blocked', data: {} })).toBe('card.blocked')
    expect([subjectName(trail, 'transaction', 17), subjectName(trail, 'queue', 99), subjectName(trail, 'books', 9), subjectName(trail, 'card', 3)]).toEqual(['Payment 17', 'Queue', 'Books', 'card 3'])
  })
})

function Keys({ act }: { act: () => void }) {
  useShortcuts({ a: act }, 'page')
  return <input aria-label="Words" />
}

describe('useShortcuts', () => {
  it('hears a key on the page, and not while one types, with Ctrl held or under a dialog', async () => {
    const act = vi.fn()
    render(<Keys act={act} />)
    await userEvent.keyboard('a')
    expect(act).toHaveBeenCalledTimes(1)
    await userEvent.type(screen.getByLabelText('Words'), 'a')
    screen.getByLabelText('Words').blur()
    await userEvent.keyboard('{Control>}a{/Control}')
    const dialog = document.body.appendChild(document.createElement('dialog'))
    dialog.setAttribute('open', '')
    await userEvent.keyboard('a')
    expect(act).toHaveBeenCalledTimes(1)
    dialog.remove()
  })
})

function Filtered() {
  const { values, set, clear, isActive } = useFilters(['q', 'state'])
  return (
    <>
      <output>{JSON.stringify({ ...values, isActive, search: useLocation().search })}</output>
      <button onClick={() => set('q', 'rent')}>set</button>
      <button onClick={clear}>clear</button>
    </>
  )
}

describe('useFilters', () => {
  it('lives in the address, and leaves alone what is not its own', async () => {
    render(
      <MemoryRouter initialEntries={['/?state=FAILED&open=7']}>
        <Filtered />
      </MemoryRouter>,
    )
    const shown = (): unknown => JSON.parse(screen.getByRole('status').textContent)
    expect(shown()).toEqual({ q: '', state: 'FAILED', isActive: true, search: '?state=FAILED&open=7' })
    await userEvent.click(screen.getByText('set'))
    expect(shown()).toMatchObject({ q: 'rent', search: '?state=FAILED&open=7&q=rent' })
    await userEvent.click(screen.getByText('clear'))
    expect(shown()).toEqual({ q: '', state: '', isActive: false, search: '?open=7' })
  })
})
