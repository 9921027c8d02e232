/** Dates as people read them. The bank's day is India's day, wherever the browser stands, as on its statements. */

import type { Language } from './i18n'

const BANK_ZONE = 'Asia/Kolkata'

type Style = 'date' | 'dateTime' | 'time' | 'day' | 'dayLong' | 'month' | 'monthShort' | 'dayShort'

const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  dateTime: { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' },
  time: { hour: 'numeric', minute: '2-digit' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  dayLong: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  dayShort: { day: 'numeric', month: 'short' },
  month: { month: 'long', year: 'numeric' },
  monthShort: { month: 'short' },
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** A date in the language's usual form. */
export function formatDate(value: string | Date, style: Style, language: Language): string {
  const name = `${language}.${style}`
  let formatter = formatters.get(name)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat(localeOf(language), { ...STYLES[style], timeZone: BANK_ZONE })
    formatters.set(name, formatter)
  }
  return formatter.format(typeof value === 'string' ? new Date(value) : value)
}

/** India is five and a half hours ahead all year. Adding them is quicker than asking the browser, for every row of a list. */
const AHEAD_MS = 5.5 * 3_600_000

/** "2026-11-23": the bank's day of an instant; equal days have equal keys, and keys sort like days. */
export function dayKey(value: string | Date): string {
  return new Date(new Date(value).getTime() + AHEAD_MS).toISOString().slice(0, 10)
}

/** "2026-11-23": the bank's day of now. */
export function todayKey(): string {
  return dayKey(new Date())
}

/** Whether it is a day like "2026-11-23" that the calendar has: what stands in an address may be anything. */
export function isDayKey(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text)
}

/** The instant at which a day of the bank begins (or the one `plusDays` after it), as the API takes it. */
export function dayStart(key: string, plusDays = 0): string {
  return new Date(Date.parse(`${key}T00:00:00+05:30`) + plusDays * 86_400_000).toISOString()
}

/** The day `days` before a day. */
export function daysBefore(key: string, days: number): string {
  return dayKey(new Date(instantOf(key).getTime() - days * 86_400_000))
}

/** "2026-11": the bank's month of an instant. */
export function monthKey(value: string | Date): string {
  return dayKey(value).slice(0, 7)
}

/** Noon of a month's or day's first day: an instant that formats as that month or day in the bank's zone. */
export function instantOf(key: string): Date {
  return new Date(`${key.length === 7 ? `${key}-01` : key}T12:00:00+05:30`)
}

/** Splits what is given newest first by its day. A day comes once, though two clocks that differ at midnight mix two of them. */
export function splitByDay<Item>(items: readonly Item[], dayOf: (item: Item) => string): { key: string; items: Item[] }[] {
  const days = new Map<string, Item[]>()
  for (const item of items) {
    const key = dayOf(item)
    const day = days.get(key)
    if (day === undefined) days.set(key, [item])
    else day.push(item)
  }
  return Array.from(days, ([key, of]) => ({ key, items: of }))
}

/** How many days of the bank lie between two of them. */
function daysBetween(key: string, later: string): number {
  return Math.round((instantOf(later).getTime() - instantOf(key).getTime()) / 86_400_000)
}

/** "Today", "Yesterday", or "Monday 23 November", of another year with the year: the heading of a day in a list. */
export function dayHeading(key: string, now: Date, language: Language): string {
  const today = dayKey(now)
  const days = daysBetween(key, today)
  if (days === 0 || days === 1) {
    const word = new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto' }).format(-days, 'day')
    return word.charAt(0).toUpperCase() + word.slice(1)
  }
  return formatDate(instantOf(key), key.slice(0, 4) === today.slice(0, 4) ? 'day' : 'dayLong', language)
}

const DAY_SECONDS = 86_400
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['hour', 3_600],
  ['minute', 60],
]

/** "3 minutes ago", "yesterday"; older than a week, the date. */
export function relativeTime(value: string, now: Date, language: Language): string {
  const seconds = (new Date(value).getTime() - now.getTime()) / 1000
  if (Math.abs(seconds) > 7 * DAY_SECONDS) return formatDate(value, 'date', language)
  const format = new Intl.RelativeTimeFormat(localeOf(language), { numeric: 'auto' })
  // Yesterday is a day, not 24 hours: 26 hours ago may be the day before it.
  if (Math.abs(seconds) >= DAY_SECONDS) return format.format(daysBetween(dayKey(now), dayKey(value)), 'day')
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size)
  return step === undefined ? format.format(0, 'second') : format.format(Math.trunc(seconds / step[1]), step[0])
}

/** A count in the language's digits and grouping: 1,234 or 12,34,567. */
export function formatCount(value: number, language: Language): string {
  return new Intl.NumberFormat(localeOf(language)).format(value)
}

function localeOf(language: Language): string {
  return language === 'hi' ? 'hi-IN' : 'en-IN'
}
