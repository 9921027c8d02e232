import { renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Activity, Direction } from '@/services/activity'
import type { Transaction } from '@/services/types'
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
