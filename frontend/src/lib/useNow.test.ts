import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useNow } from './useNow'

describe('useNow', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('goes on while somebody looks', () => {
    const { result } = renderHook(useNow)
    act(() => {
      vi.advanceTimersByTime(60_000)
    })
    expect(result.current.getTime()).toBe(Date.now())
  })

  it('is right from the first look on after nobody has looked for a while', () => {
    renderHook(useNow).unmount()
    vi.advanceTimersByTime(3_600_000)
    const seen: number[] = []
    renderHook(() => seen.push(useNow().getTime()))
    expect(Date.now() - (seen[0] ?? 0)).toBeLessThan(30_000)
  })

  it('is right from the first look on after the clock was set back', () => {
    renderHook(useNow).unmount()
    vi.setSystemTime(Date.now() - 3_600_000)
    const seen: number[] = []
    renderHook(() => seen.push(useNow().getTime()))
    expect(Math.abs(Date.now() - (seen[0] ?? 0))).toBeLessThan(30_000)
  })
})
