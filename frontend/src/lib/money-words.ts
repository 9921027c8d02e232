/** Amounts in words. Apart from lib/money, which every page needs: these words only pages that pay do. */

import { digitsOf } from './money'
import { WORDS, type WordsLanguage } from './number-words'

/** "one lakh fifty thousand rupees and fifty paise", in English or Hindi, for the review of a payment. */
export function moneyInWords(minor: number, language: WordsLanguage): string {
  const { rupees, paise } = digitsOf(minor)
  const words = WORDS[language]
  const parts: string[] = []
  if (Number(rupees) > 0 || paise === '00') parts.push(`${words.integer(Number(rupees))} ${words.rupees(Number(rupees))}`)
  if (paise !== '00') parts.push(`${words.integer(Number(paise))} ${words.paise(Number(paise))}`)
  return parts.join(` ${words.and} `)
}
