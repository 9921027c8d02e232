import { useMemo, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useText, type Say } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminTrailText } from '@/locales/adminTrail'
import type { AuditEntry } from '@/services/types'
import { When } from '../When'
import type { DataColumn } from './DataTable'
import { actionName, reasonIn, subjectName } from './words'

/** Where the subject of an act can be looked at; null where it has no page. */
export function subjectPath(type: string, id: number): string | null {
  if (type === 'user') return paths.adminCustomer(id)
  if (type === 'transaction') return `${paths.adminTransactions}?open=${id}`
  if (type === 'account') return `${paths.adminAccounts}?open=${id}`
  return type === 'dead_letter' ? `${paths.adminDeadLetters}?open=${id}` : null
}

type Subject = Pick<AuditEntry, 'subject_type' | 'subject_id' | 'subject_name'>

/** What an act was about: a person, or whose account, by name, and the number beside it. */
function Subject({ subject_type: type, subject_id: id, subject_name: name }: Subject) {
  const t = useText(adminTrailText)
  const numbered = subjectName(t, type, id)
  if (name === null) return numbered
  return (
    <>
      {name} <span className="font-normal text-ink-2">{numbered}</span>
    </>
  )
}

/** What an act was about, as a link to it. */
export function SubjectLink({ entry }: { entry: Subject }) {
  const path = subjectPath(entry.subject_type, entry.subject_id)
  return path === null ? (
    <Subject {...entry} />
  ) : (
    <Link to={path} className="font-medium text-fjord hover:underline">
      <Subject {...entry} />
    </Link>
  )
}

/** Who did it: a name, or the bank itself. */
export function actorName(t: Say<typeof adminText.en>, { actor_id: id, actor_name: name }: Pick<AuditEntry, 'actor_id' | 'actor_name'>): string {
  return id === null ? t('theBank') : (name ?? `#${id}`)
}

/** What happened; on a phone, which has no room for a column of times, with its time below it. */
export function Dated({ at, children }: { at: string; children: ReactNode }) {
  return (
    <span className="block max-w-96 truncate font-medium max-sm:max-w-44">
      {children}
      <span className="block text-micro font-normal text-ink-2 sm:hidden">
        <When at={at} />
      </span>
    </span>
  )
}

/** The columns of the audit trail. */
export function useActColumns(): DataColumn<AuditEntry>[] {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const trail = useText(adminTrailText)
  return useMemo(
    () => [
      { key: 'at', title: t('time'), from: 'sm', cell: ({ at }) => <When at={at} />, value: ({ at }) => at },
      { key: 'act', title: pages('act'), cell: (entry) => <Dated at={entry.at}>{actionName(trail, entry)}</Dated>, value: (entry) => entry.action },
      { key: 'actor', title: pages('actor'), cell: (entry) => <span className="block max-w-44 truncate">{actorName(t, entry)}</span>, value: (entry) => actorName(t, entry) },
      {
        key: 'subject',
        title: pages('subject'),
        from: 'md',
        cell: (entry) => (
          <span className="block max-w-64 truncate">
            <Subject {...entry} />
          </span>
        ),
        value: ({ subject_type: type, subject_id: id, subject_name: name }) => [name, subjectName(trail, type, id)].filter(Boolean).join(', '),
      },
      {
        key: 'reason',
        title: t('decisionReason'),
        from: 'lg',
        cell: ({ data }) => <span className="block max-w-64 truncate text-ink-2">{reasonIn(data)}</span>,
        value: ({ data }) => reasonIn(data),
      },
    ],
    [t, pages, trail],
  )
}
