import { dayStart, isDayKey } from '@/lib/dates'

/** The first instant of a day of the bank ("2026-11-23"). What is no day (an address may hold anything) is ''. */
export function startOfDay(day: string): string {
  return isDayKey(day) ? dayStart(day) : ''
}

/** The first instant after a day of the bank. What is no day is ''. */
export function endOfDay(day: string): string {
  return isDayKey(day) ? dayStart(day, 1) : ''
}
