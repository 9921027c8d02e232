import { useEffect, useRef } from 'react'
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form'
import type { ApiError } from '@/lib/errors'
import { useLanguage } from '@/lib/i18n'

/** The type of what the bank found: unlike that of a form's own rules, nothing here could find it again. */
const BANK = 'bank'

/** What the bank says of each field, in the language in use. */
type SayFields<Form extends FieldValues> = (error: ApiError) => Partial<Record<Path<Form>, string | undefined>>

/** A form whose own rules say all there is to say of its fields. */
const nothing = (): Record<string, never> => ({})

/**
 * What is wrong with the fields of a form, in the language in use: react-hook-form keeps the sentences it was given, so they
 * are said once more when another language is chosen. Returns how to show what the bank found; it says whether that was of any field.
 */
export function useFormErrors<Form extends FieldValues>(form: UseFormReturn<Form>, sayFields: SayFields<Form> = nothing): (error: ApiError) => boolean {
  const { formState: { errors }, trigger, setError } = form
  const language = useLanguage()
  const before = useRef(language)
  const refused = useRef<ApiError>(undefined)

  const said = (error: ApiError): [Path<Form>, string][] =>
    Object.entries(sayFields(error)).flatMap(([name, message]) => (typeof message === 'string' ? [[name as Path<Form>, message]] : []))

  useEffect(() => {
    if (before.current === language) return
    before.current = language
    const own = Object.entries(errors).flatMap(([name, error]) => (error?.type === BANK ? [] : [name as Path<Form>]))
    void trigger(own)
    if (refused.current === undefined) return
    for (const [name, message] of said(refused.current)) {
      if (errors[name]?.type === BANK) setError(name, { type: BANK, message }) // else it was put right meanwhile
    }
  })

  return (error) => {
    refused.current = error
    const fields = said(error)
    fields.forEach(([name, message], index) => setError(name, { type: BANK, message }, { shouldFocus: index === 0 }))
    return fields.length > 0
  }
}
