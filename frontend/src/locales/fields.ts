import { use, useCallback } from 'react'
import { ApiError } from '@/lib/errors'
import { defineText, say, useLanguage, type Catalogue } from '@/lib/i18n'
import { useBankSentence } from './bank'

/** In English the bank's word on a field is shown as it says it; in other languages it is said here, by its code. */
const NONE: Catalogue = {}
const fieldsText = defineText(NONE, () => import('./hi/fields'))

/** What the bank says of a field; nothing of it is sure, it came over the wire. */
interface Mistake {
  field?: unknown
  code?: unknown
  message?: unknown
  facts?: unknown
}

/** What was wrong with each field of a refused form, by field name, in the language in use: how it is written, or what a rule says of it. */
export function useFieldErrors(): (error: unknown) => Record<string, string> {
  const words = useLanguage() === 'hi' ? use(fieldsText.hi()) : fieldsText.en
  const { sayCode } = useBankSentence()
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError) || !Array.isArray(error.data.errors)) return {}
      const mistakes = error.data.errors as Mistake[]
      return Object.fromEntries(
        mistakes.flatMap(({ field, code, message, facts }) => {
          if (typeof field !== 'string' || typeof message !== 'string') return []
          const template = words[String(code)]
          const own = template === undefined ? sayCode(String(code), message) : say(template, (facts ?? {}) as Record<string, number>)
          return [[field, own.includes('{') ? message : own]] // as the bank says it where a limit wasn't sent
        }),
      )
    },
    [words, sayCode],
  )
}
