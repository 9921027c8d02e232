import { describe, expect, it } from 'vitest'
import { dayStart, daysBefore, isDayKey } from '@/lib/dates'
import { deviceOf } from '@/lib/device'
import { daysOf, readFilters } from './useHistoryFilters'

const read = (text: string) => readFilters(new URLSearchParams(text))

describe('filters in the address', () => {
  it('are read', () => {
    expect(read('q= rent &from=2026-11-01&to=2026-11-30&direction=out&status=FAILED&account=7')).toEqual({
      q: 'rent', from: '2026-11-01', to: '2026-11-30', direction: 'out', status: 'FAILED', accountId: 7,
    })
  })

  it('are none where they make no sense', () => {
    expect(read('from=2026-02-30&to=yesterday&direction=up&status=LOST&account=-3&q=')).toEqual({})
  })

  it('can’t leave the account of a statement', () => {
    expect(readFilters(new URLSearchParams('account=9'), 7)).toEqual({ accountId: 7 })
  })
})

describe('periods', () => {
  it('end where the month ends', () => {
    expect(daysOf('last', '2026-03-15')).toEqual({ from: '2026-02-01', to: '2026-02-28' })
    expect(daysOf('last', '2026-01-01')).toEqual({ from: '2025-12-01', to: '2025-12-31' })
    expect(daysOf('this', '2026-03-01')).toEqual({ from: '2026-03-01', to: '' })
    expect(daysOf('own', '2026-03-30')).toEqual({ from: '2026-03-01', to: '2026-03-30' })
  })

  it('are days of India', () => {
    expect(dayStart('2026-11-23')).toBe('2026-11-22T18:30:00.000Z')
    expect(dayStart('2026-02-28', 1)).toBe('2026-02-28T18:30:00.000Z')
    expect(daysBefore('2026-03-01', 1)).toBe('2026-02-28')
    expect([isDayKey('2024-02-29'), isDayKey('2026-02-29'), isDayKey('2026-2-9')]).toEqual([true, false, false])
  })
})

describe('deviceOf', () => {
  it('sees through browsers that claim to be others', () => {
    const chrome = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36'
    expect(deviceOf(chrome)).toEqual({ browser: 'Chrome', system: 'Android' })
    expect(deviceOf(`${chrome} Edg/130.0`).browser).toBe('Edge')
    expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1')).toEqual({ browser: 'Safari', system: 'iOS' })
    expect(deviceOf('curl/8')).toEqual({ browser: '', system: '' })
  })
})
