import { dayKey, formatDate, relativeTime } from '@/lib/dates'
import { useLanguage } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'

interface Props {
  at: string
  /** `relative`: "3 minutes ago"; `inDay`, below the heading of its day: so today, else at what time. The full date is on hover. */
  as?: 'date' | 'dateTime' | 'time' | 'relative' | 'inDay'
}

/** A moment, in the language's form and the bank's time zone. */
export function When({ at, as = 'dateTime' }: Props) {
  const language = useLanguage()
  return (
    <time dateTime={at} title={formatDate(at, 'dateTime', language)}>
      {as === 'relative' || as === 'inDay' ? <Live at={at} as={as} /> : formatDate(at, as, language)}
    </time>
  )
}

function Live({ at, as }: { at: string; as: 'relative' | 'inDay' }) {
  const now = useNow()
  const language = useLanguage()
  return as === 'relative' || dayKey(at) === dayKey(now) ? relativeTime(at, now, language) : formatDate(at, 'time', language)
}
