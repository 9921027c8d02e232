import { dayKey, instantOf, isDayKey } from '@/lib/dates'

const DAY_MS = 86_400_000

/** The first instant of a day of the bank ("2026-11-23"). What is no day (an address may hold anything) is ''. */
export function startOfDay(day: string): string {
  return isDayKey(day) ? `${day}T00:00:00+05:30` : ''
}

/** The first instant after a day of the bank. What is no day is ''. */
export function endOfDay(day: string): string {
  return isDayKey(day) ? startOfDay(dayKey(new Date(instantOf(day).getTime() + DAY_MS))) : ''
}
