import { useEffect, useRef } from 'react'
import type { FieldValues, Path, UseFormReturn } from 'react-hook-form'
import { useLanguage } from '@/lib/i18n'

/** Says what a form's own rules found once more in the language in use: react-hook-form keeps the sentences it was given. */
export function useRetoldErrors<Form extends FieldValues>({ formState: { errors }, trigger }: UseFormReturn<Form>): void {
  const language = useLanguage()
  const before = useRef(language)
  useEffect(() => {
    if (before.current === language) return
    before.current = language
    // Not what the bank said (it has no type): the form's own rules would find nothing, and take it away.
    const own = Object.entries(errors).flatMap(([name, error]) => (error?.type !== undefined ? [name as Path<Form>] : []))
    void trigger(own)
  }, [language, errors, trigger])
}
