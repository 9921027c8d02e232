import { render, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Activity, Direction } from '@/services/activity'
import type { Transaction } from '@/services/types'
import { FoundPayment } from './FoundPayment'
import { useOutcome } from './useOutcome'

it('a failed payment says what it means for the money of who looks at it', () => {
  const transaction = { kind: 'transfer', status: 'FAILED', reason: null, reason_text: null } as Transaction
  const seen = (direction: Direction): string => {
    const activity: Activity = { transaction, direction, other: null, amountMinor: 150_00, day: '2026-11-23' }
    return renderHook(() => useOutcome(activity)).result.current.text
  }
  expect(seen('out')).toBe('Nothing has left your account.')
  expect(seen('in')).toBe('Nothing has come to your account. The sender knows why.')
})

it('of what was given back both sides are told where it is, whoever gave it back', () => {
  const transaction = { kind: 'transfer', status: 'REVERSED' } as Transaction
  const activity: Activity = { transaction, direction: 'in', other: null, amountMinor: 150_00, day: '2026-11-23' }
  expect(renderHook(() => useOutcome(activity)).result.current.text).toBe('The full amount went back to the sender.')
})

it.each([['UNDER_REVIEW', 'Being checked'], ['FAILED', 'Not sent'], ['REVERSED', 'Paid back'], ['SUCCESS', 'received']] as const)('a found payment that is %s says so', (status, word) => {
  const transaction = { kind: 'transfer', status, note: '', timestamp: '2026-11-23T06:00:00Z' } as Transaction
  const { container } = render(<FoundPayment activity={{ transaction, direction: 'in', other: { id: 2, name: 'Rohan' }, amountMinor: 150_00, day: '2026-11-23' }} />)
  expect(container.textContent).toContain(word)
  expect(container.textContent.includes('received')).toBe(status === 'SUCCESS')
})
