/** Amounts as people type and paste them. Apart from lib/money, which every page needs: these only pages with a field do. */

import { groupIndian, parsePlain } from './money'

/** Reads what a person typed or pasted ("₹1,50,000.50", "Rs. 200"). Null when it isn't an amount above zero or is too large. */
export function parseAmount(text: string): number | null {
  const minor = parsePlain(cleaned(text) ?? '')
  return minor === 0 ? null : minor
}

/** What an amount field shows after an edit, and where its caret belongs. */
interface AmountEdit {
  text: string
  caret: number
}

/**
 * Groups an amount while it is typed: `text` is what the field holds after the edit, `caret` where the caret is in it.
 * The caret stays behind the digit it was behind. Null when the edit makes something that can't be an amount (a third
 * decimal, a letter, two points): the field then keeps what it had, because guessing with money is worse than refusing.
 */
export function editAmount(text: string, caret: number): AmountEdit | null {
  const plain = cleaned(text)
  if (plain === null || !/^\d*(\.\d{0,2})?$/.test(plain)) return null
  const [typedWhole = '', fraction] = plain.split('.')
  const whole = typedWhole.replace(/^0+(?=\d)/, '')
  if (whole.length > 13) return null
  const shown = groupIndian(whole === '' && fraction !== undefined ? '0' : whole) + (fraction === undefined ? '' : `.${fraction}`)
  const after = (cleaned(text.slice(caret)) ?? '').length // what stands behind the caret doesn't change by an edit before it
  return { text: shown, caret: caretBefore(shown, after) }
}

function caretBefore(shown: string, significantAfter: number): number {
  let left = significantAfter
  let position = shown.length
  while (left > 0 && position > 0) {
    position -= 1
    if (shown[position] !== ',') left -= 1
  }
  return shown[position - 1] === ',' ? position - 1 : position
}

/** The digits and point of a typed amount in ASCII, or null if anything else but signs of money and spaces is in it. */
function cleaned(text: string): string | null {
  const ascii = text.replace(/[०-९]/g, (digit) => String(digit.charCodeAt(0) - 0x966))
  const bare = ascii.replace(/^\s*(₹|rs\.?|inr|रु\.?)\s*/i, '').replace(/[\s,]/g, '').replace(/\/-$/, '')
  return /^[\d.]*$/.test(bare) ? bare : null
}
