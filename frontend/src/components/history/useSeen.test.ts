import { renderHook } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import type { Transaction } from '@/services/types'
import { useSeen } from './useSeen'

const payment = (id: number, status: Transaction['status'] = 'SUCCESS') =>
  ({ id, status, amount: 10, src_account: 1, src_user_id: 1, dest_account: 2, dest_user_id: 2, dest_user_name: 'Rohan', timestamp: '2026-11-20T10:00:00Z' }) as Transaction
const page = (...items: Transaction[]) => ({ items, next_cursor: null })

describe('useSeen', () => {
  it('keeps what was seen when a page is read on, and sees anew only what changed', () => {
    const [first, second] = [page(payment(4), payment(3)), page(payment(2))]
    const { result, rerender } = renderHook(({ pages }) => useSeen(pages, 1), { initialProps: { pages: [first] } })
    const before = result.current
    rerender({ pages: [first, second] })
    expect(result.current.map(({ transaction }) => transaction.id)).toEqual([4, 3, 2])
    expect([result.current[0], result.current[1]]).toEqual([before[0], before[1]])
    expect(result.current[0]).toBe(before[0])

    rerender({ pages: [page(payment(4, 'REVERSED'), first.items[1] as Transaction), second] })
    expect(result.current[0]?.transaction.status).toBe('REVERSED')
    expect(result.current[1]).toBe(before[1])
  })

  it('sees through the eyes of whoever looks: another account is another direction', () => {
    const own = { ...payment(1), dest_user_id: 1 }
    const { result, rerender } = renderHook(({ account }: { account?: number }) => useSeen([page(own)], 1, account), { initialProps: {} })
    expect(result.current[0]?.direction).toBe('own')
    rerender({ account: 2 })
    expect(result.current[0]?.direction).toBe('in')
  })

  it('is empty before anything was read', () => {
    expect(renderHook(() => useSeen(undefined, 1)).result.current).toEqual([])
  })
})
