import { useBankSentence } from '@/locales/bank'
import { Reference } from './Reference'

/** What went wrong, as the bank says it, in the language in use; with a reference if nobody expected it. */
export default function ErrorDetail({ error }: { error: unknown }) {
  const { sayError } = useBankSentence()
  return (
    <>
      {sayError(error)}
      <Reference error={error} />
    </>
  )
}
