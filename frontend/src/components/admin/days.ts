import { dayKey, instantOf } from '@/lib/dates'

const DAY_MS = 86_400_000

/** The first instant of a day of the bank ("2026-11-23"); '' stays ''. */
export function startOfDay(day: string): string {
  return day === '' ? '' : `${day}T00:00:00+05:30`
}

/** The first instant after a day of the bank; '' stays ''. */
export function endOfDay(day: string): string {
  return day === '' ? '' : startOfDay(dayKey(new Date(instantOf(day).getTime() + DAY_MS)))
}
