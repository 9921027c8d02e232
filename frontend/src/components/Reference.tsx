import { referenceOf } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { useBankSentence } from '@/locales/bank'
import { referenceText } from '@/locales/reference'
import { CopyButton } from './CopyButton'

/** By which support finds what nobody expected: in groups of four, to be read out over the telephone. */
export function Reference({ error }: { error: unknown }) {
  const t = useText(referenceText)
  const reference = referenceOf(error)
  if (reference === null) return null
  return (
    <div className="mt-2 text-small">
      <p className="flex flex-wrap items-center gap-x-2">
        {t('reference')}
        <span className="tabular font-semibold break-all">{inFours(reference)}</span>
        <CopyButton text={reference} label={t('copy')} done={t('copied')} />
      </p>
      <p className="text-ink-2">{t('hint')}</p>
    </div>
  )
}

/** What went wrong in one line, for a toast: what the bank says, and the reference if there is one. */
export function useErrorLine(): (error: unknown) => string {
  const t = useText(referenceText)
  const { sayError } = useBankSentence()
  return (error) => {
    const reference = referenceOf(error)
    return reference === null ? sayError(error) : `${sayError(error)} ${t('reference')}: ${inFours(reference)}`
  }
}

function inFours(reference: string): string {
  return reference.replace(/(.{4})(?=.)/g, '$1 ')
}
