import { formatDate, relativeTime } from '@/lib/dates'
import { useLanguage } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'

interface Props {
  at: string
  /** `relative`: "3 minutes ago", with the full date on hover. */
  as?: 'date' | 'dateTime' | 'time' | 'relative'
}

/** A moment, in the language's form and the bank's time zone. */
export function When({ at, as = 'dateTime' }: Props) {
  const language = useLanguage()
  return (
    <time dateTime={at} title={formatDate(at, 'dateTime', language)}>
      {as === 'relative' ? <Relative at={at} /> : formatDate(at, as, language)}
    </time>
  )
}

function Relative({ at }: { at: string }) {
  return relativeTime(at, useNow(), useLanguage())
}
