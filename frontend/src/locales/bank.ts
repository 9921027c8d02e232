import { use, useCallback } from 'react'
import { ApiError } from '@/lib/errors'
import { defineText, useLanguage, type Catalogue } from '@/lib/i18n'

/** In English the bank's sentences are shown as it says them; in other languages they are said here, by their code. */
const NONE: Catalogue = {}
const bankText = defineText(NONE, () => import('./hi/bank'))

interface BankSentence {
  /** What a code means; without words for it, the bank's own sentence. */
  sayCode: (code: string | null, detail: string) => string
  /** Why the bank, or the connection to it, said no. */
  sayError: (error: unknown) => string
}

/** Says what the bank says in the language in use. */
export function useBankSentence(): BankSentence {
  const language = useLanguage()
  const known = language === 'hi' ? use(bankText.hi()) : bankText.en
  const sayCode = useCallback<BankSentence['sayCode']>(
    (code, detail) => {
      const message = code === null ? undefined : known[code]
      return typeof message === 'string' ? message : detail
    },
    [known],
  )
  const sayError = useCallback<BankSentence['sayError']>(
    (error) => (error instanceof ApiError ? sayCode(error.code, error.detail) : error instanceof Error ? error.message : String(error)),
    [sayCode],
  )
  return { sayCode, sayError }
}
