import { useState } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { useDebounced } from '@/lib/useDebounced'
import { transferText } from '@/locales/transfer'
import { useSummary } from '@/services/queries/dashboard'
import { SEARCH_LENGTH_MIN, useSearchUsers } from '@/services/queries/people'
import { Person } from '../Person'
import { Combobox } from '../ui/Combobox'
import { StepFrame } from './StepFrame'
import type { Transfer } from './useTransfer'

const PAUSE_MS = 300

/** Who: by name or username, or one of those paid lately. Choosing goes on. */
export function WhoStep({ transfer }: { transfer: Transfer }) {
  const t = useText(transferText)
  const user = useUser()
  const [query, setQuery] = useState('')
  const paused = useDebounced(query, PAUSE_MS) // the bank counts how often one looks people up
  const search = useSearchUsers(paused)
  const typed = query.trim()
  const asked = typed.length >= SEARCH_LENGTH_MIN
  const isBehind = paused.trim() !== typed || search.isPlaceholderData
  // Of what was found for fewer letters only who fits all of them: nobody is paid for having been there a moment ago.
  const found = asked ? (search.data ?? []).filter((person) => person.id !== user.id && fits(person, typed)) : []

  const pick = ({ id }: { id: number }): void => {
    transfer.change(id === transfer.draft.personId ? {} : { personId: id, destId: null })
    transfer.go('account')
  }

  const status = !asked
    ? ''
    : search.isPending || isBehind
      ? t('searching')
      : search.isError
        ? t('searchFailed')
        : found.length > 0
          ? t('peopleFound', { count: found.length })
          : t('nobodyFound')

  return (
    <StepFrame title={t('whoTitle')}>
      <Combobox
        label={t('search')}
        hint={t('searchHint')}
        query={query}
        onQuery={setQuery}
        items={found}
        itemKey={({ id }) => id}
        onPick={pick}
        status={status}
        renderItem={({ id, name, username }) => <Person id={id} name={name} detail={`@${username}`} />}
      />
      {query.trim() === '' && <Recent onPick={pick} />}
    </StepFrame>
  )
}

/** Whether a person is one of those whom the bank finds by this: by their username, or by a word of their name. */
function fits({ username, name }: { username: string; name: string }, typed: string): boolean {
  const beginning = typed.toLowerCase()
  return username.toLowerCase().startsWith(beginning) || ` ${name.toLowerCase()}`.includes(` ${beginning}`)
}

function Recent({ onPick }: { onPick: (person: { id: number }) => void }) {
  const t = useText(transferText)
  const people = useSummary().data?.people ?? []
  if (people.length === 0) return null
  return (
    <section aria-labelledby="recent">
      <h3 id="recent" className="mb-2 text-small font-semibold text-ink-2">
        {t('recent')}
      </h3>
      <ul className="-mx-3 flex flex-col">
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" onClick={() => onPick(person)} className="flex min-h-14 w-full items-center rounded-md px-3 text-left hover:bg-surface-2">
              <Person id={person.id} name={person.name} detail={`@${person.username}`} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
