import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { daysBefore, isDayKey, monthKey, todayKey } from '@/lib/dates'
import { useChangeAddress } from '@/lib/useSearchParam'
import type { HistoryFilters } from '@/services/api'

export type Period = 'any' | 'this' | 'last' | 'own'
type Name = 'q' | 'from' | 'to' | 'direction' | 'status' | 'account'

const STATES = new Set(['PENDING', 'SUCCESS', 'FAILED', 'REVERSED', 'UNDER_REVIEW'])

export interface Filters {
  /** As the API takes them. */
  asked: HistoryFilters
  period: Period
  setPeriod: (period: Period) => void
  set: (values: Partial<Record<Name, string>>) => void
  clear: () => void
  /** Whether anything is filtered away. */
  active: boolean
}

/** The filters of a history. They live in the address, where anything may stand: what can't be a filter is none. */
export function useHistoryFilters(accountId?: number): Filters {
  const [params] = useSearchParams()
  const asked = useMemo(() => readFilters(params, accountId), [params, accountId])
  const today = todayKey()

  const set: Filters['set'] = useChangeAddress()
  const { accountId: account, ...others } = asked
  return {
    asked,
    period: periodOf(asked, today),
    setPeriod: (period) => set(daysOf(period, today)),
    set,
    clear: () => set({ q: '', from: '', to: '', direction: '', status: '', account: '' }),
    active: Object.keys(others).length > 0 || account !== accountId,
  }
}

/** The filters that an address asks for. */
export function readFilters(params: URLSearchParams, accountId?: number): HistoryFilters {
  const filters: HistoryFilters = {}
  const [q, from, to, direction, status] = ['q', 'from', 'to', 'direction', 'status'].map((name) => params.get(name)?.trim() ?? '')
  const account = accountId ?? Number(params.get('account'))
  if (Number.isSafeInteger(account) && account > 0) filters.accountId = account
  if (q) filters.q = q
  if (from && isDayKey(from)) filters.from = from
  if (to && isDayKey(to)) filters.to = to
  if (direction === 'in' || direction === 'out') filters.direction = direction
  if (status && STATES.has(status)) filters.status = status
  return filters
}

/** The first and last day of a period; '' where it is open. */
export function daysOf(period: Period, today: string): { from: string; to: string } {
  const thisMonth = `${monthKey(`${today}T12:00:00+05:30`)}-01`
  if (period === 'this') return { from: thisMonth, to: '' }
  if (period === 'last') {
    const to = daysBefore(thisMonth, 1)
    return { from: `${to.slice(0, 7)}-01`, to }
  }
  return period === 'own' ? { from: daysBefore(today, 29), to: today } : { from: '', to: '' }
}

function periodOf({ from = '', to = '' }: HistoryFilters, today: string): Period {
  const same = (period: Period): boolean => {
    const days = daysOf(period, today)
    return days.from === from && days.to === to
  }
  return (['any', 'this', 'last'] as const).find(same) ?? 'own'
}
