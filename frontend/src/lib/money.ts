/**
 * Money in the browser: integers of paise, never a fraction in floating point.
 *
 * On the wire an amount is a JSON number like 150.1. `JSON.parse` gives the double nearest to it, and the shortest text
 * of that double is the text that was sent, for every number of at most 15 digits. So reading the *text* of the number
 * (`fromWire`) is exact up to ₹99,99,99,99,99,999.99, far above any limit of the bank; arithmetic on the double is not.
 */

/** What `fromWire` accepts at most, in paise: 15 digits stay exact. */
export const AMOUNT_MINOR_MAX = 999_999_999_999_999

const PLAIN_AMOUNT = /^(\d+)(?:\.(\d{1,2}))?$/

/** The paise of an amount as the API sent it. Throws a RangeError for what can't be an amount. */
export function fromWire(amount: number): number {
  const minor = parsePlain(String(Math.abs(amount)))
  if (minor === null) throw new RangeError(`${amount} is not an amount of rupees and paise.`)
  return amount < 0 ? -minor : minor
}

/** The number whose JSON text is exactly these paise in rupees: 15050 → 150.5. */
export function toWire(minor: number): number {
  return Number(plainText(minor))
}

/** "1500.5" for 150050: the amount as plain text, for a field or an address. */
export function plainText(minor: number): string {
  const { sign, rupees, paise } = digitsOf(minor)
  return `${sign === '-' ? '-' : ''}${rupees}${paise === '00' ? '' : `.${paise}`}`
}

/** An amount in pieces, so that each can be drawn in its own size: "−", "₹", "1,50,000", "50". */
interface MoneyParts {
  sign: '' | '−'
  symbol: string
  whole: string
  fraction: string
}

/** Splits paise into what is shown, with Indian grouping. */
export function moneyParts(minor: number): MoneyParts {
  const { sign, rupees, paise } = digitsOf(minor)
  return { sign: sign === '-' ? '−' : '', symbol: '₹', whole: groupIndian(rupees), fraction: paise }
}

/** "₹1,50,000.50" (or "−₹…"): for sentences and labels; in a page use `<Money>`. */
export function formatMoney(minor: number): string {
  const { sign, symbol, whole, fraction } = moneyParts(minor)
  return `${sign}${symbol}${whole}.${fraction}`
}

/** "₹1.5 L", "₹2.3 Cr", "₹450": for the axis of a chart, where the exact figure stands in the table beside it. */
export function shortMoney(minor: number): string {
  const rupees = Math.round(Math.abs(minor) / 100)
  const sign = minor < 0 ? '−' : ''
  const scaled = (unit: number, name: string): string => `${sign}₹${Number((rupees / unit).toFixed(1))} ${name}`
  if (rupees >= 10_000_000) return scaled(10_000_000, 'Cr')
  if (rupees >= 100_000) return scaled(100_000, 'L')
  if (rupees >= 1_000) return scaled(1_000, 'k')
  return `${sign}₹${rupees}`
}

/** Groups digits the Indian way: the last three, then pairs. */
export function groupIndian(digits: string): string {
  const head = digits.slice(0, -3)
  const tail = digits.slice(-3)
  return head === '' ? tail : `${head.replace(/\B(?=(\d{2})+$)/g, ',')},${tail}`
}

/** The paise of "1500.5", or null for what isn't plain digits with at most two decimals, or is too large. */
export function parsePlain(text: string): number | null {
  const match = PLAIN_AMOUNT.exec(text)
  if (match === null) return null
  const minor = Number(`${match[1]}${(match[2] ?? '').padEnd(2, '0')}`)
  return minor <= AMOUNT_MINOR_MAX ? minor : null
}

/** The digits of paise, as text: what arithmetic on the rupees would round. */
export function digitsOf(minor: number): { sign: '' | '-'; rupees: string; paise: string } {
  if (!Number.isSafeInteger(minor)) throw new RangeError(`${minor} is not a whole number of paise.`)
  const digits = String(Math.abs(minor)).padStart(3, '0')
  return { sign: minor < 0 ? '-' : '', rupees: digits.slice(0, -2), paise: digits.slice(-2) }
}
