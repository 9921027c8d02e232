import { use } from 'react'
import { defineText, getLanguage, say, useLanguage, type Catalogue } from '@/lib/i18n'
import { formatMoney } from '@/lib/money'

type Facts = Readonly<Record<string, string | number>>

const PART = /\[([^\]|]*\{(\w+)\}[^\]|]*)\|?([^\]]*)\]/g
const GAP = /\{(\w+)\}/g

/** A notification as the bank sends it: said in English, and which sentence that is, with its facts. */
interface Notice {
  title: string
  message: string
  sentence: string | null
  facts: Facts | null
}

/** In English the bank's notifications are shown as it says them; in other languages they are said here, by their code. */
const NONE: Catalogue = {}
const noticesText = defineText(NONE, async () => {
  const [bank, notices] = await Promise.all([import('./hi/bank'), import('./hi/notices')])
  return { default: { ...bank.default, ...notices.default } }
})

/** What a notification says in the language in use. */
export function useNotice<N extends Notice>(notice: N): N {
  const words = useLanguage() === 'hi' ? use(noticesText.hi()) : noticesText.en
  return inWords(words, notice)
}

/** The same outside of components, for news as it arrives. */
export async function retold<N extends Partial<Notice>>(notice: N): Promise<N> {
  return inWords(getLanguage() === 'hi' ? await noticesText.hi() : noticesText.en, notice)
}

/** Says it in these words; without words for it, or for all that is in it, it stays as the bank said it. */
function inWords<N extends Partial<Notice>>(words: Catalogue, notice: N): N {
  const { sentence, facts } = notice
  if (typeof sentence !== 'string' || !facts) return notice
  const title = words[`${sentence}.title`]
  const template = words[sentence]
  if (typeof title !== 'string' || typeof template !== 'string') return notice
  const chosen = withChosenParts(template, facts)
  const values = said(words, facts)
  const isComplete = [...chosen.matchAll(GAP)].every(([, gap = '']) => Object.hasOwn(values, gap))
  return isComplete ? { ...notice, title, message: say(chosen, values) } : notice
}

/** `[: “{note}”|.]`: the part before the bar if its gap has something in it, else what stands behind the bar. */
function withChosenParts(template: string, facts: Facts): string {
  return template.replace(PART, (_, part: string, gap: string, otherwise: string) => (facts[gap] ? part : otherwise))
}

/** The facts as a person reads them: rupees written out, and codes in words. Names and what people typed stay. */
function said(words: Catalogue, facts: Facts): Facts {
  const wordFor = (code: string | number | undefined): string | undefined => {
    const known = words[String(code)]
    return typeof known === 'string' ? known : undefined
  }
  const values: Record<string, string | number> = { ...facts }
  const { amount_minor: minor, currency, account_type: type, reason_code: reason } = facts
  if (typeof minor === 'number' && currency === 'INR') values.amount = formatMoney(minor)
  if (type !== undefined) values.account_type = wordFor(type) ?? type
  if (reason !== undefined) {
    const why = wordFor(reason)
    values.reason_code = why ?? reason
    // The sentence around it ends with what didn't happen, and many a reason says that as well.
    if (why !== undefined) values.detail = why.replace(wordFor('nothing_left') ?? '', '').trim()
  }
  return values
}
