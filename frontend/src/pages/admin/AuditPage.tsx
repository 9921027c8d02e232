import { ScrollText } from 'lucide-react'
import { Link } from 'react-router'
import { actorName, SubjectLink, useActColumns } from '@/components/admin/actColumns'
import { DataTable } from '@/components/admin/DataTable'
import { endOfDay, startOfDay } from '@/components/admin/days'
import { Facts, Part } from '@/components/admin/Facts'
import { Payload } from '@/components/admin/Payload'
import { Peek } from '@/components/admin/Peek'
import { InputFilter, SelectFilter, Toolbar } from '@/components/admin/Toolbar'
import { useFilters, type Filters } from '@/components/admin/useFilters'
import { useOpenRow, type OpenRow } from '@/components/admin/useOpenRow'
import { actionName, reasonIn, SUBJECT_TYPES, subjectName, topicName, TRAIL_ACTIONS } from '@/components/admin/words'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminTrailText } from '@/locales/adminTrail'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { AuditEntry } from '@/services/types'

type Name = 'action' | 'actor' | 'type' | 'subject' | 'from' | 'to'

/** Who did what to whom, and when: append-only, newest first. */
export default function AuditPage() {
  const pages = useText(adminPagesText)
  const filters = useFilters(['action', 'actor', 'type', 'subject', 'from', 'to'])
  const { values } = filters
  const wanted = {
    action: values.action,
    actor_id: numberOf(values.actor),
    subject_type: SUBJECT_TYPES.find((type) => type === values.type),
    subject_id: numberOf(values.subject),
    from: startOfDay(values.from),
    to: endOfDay(values.to),
  }
  const list = useStaffList('trail', wanted, (ask, signal) => adminAPI.getAudit({ ...ask, ...wanted }, signal))
  const row = useOpenRow(list)
  const columns = useActColumns()
  return (
    <>
      <PageHeader title={pages('trail')} lead={pages('trailLead')} />
      <DataTable
        caption={pages('trail')}
        fileName="audit"
        list={list}
        columns={columns}
        {...row.table}
        filtered={{ active: filters.isActive, onClear: filters.clear }}
        filters={<TrailFilters {...filters} />}
        empty={
          <EmptyState icon={ScrollText} title={pages('noTrail')}>
            {pages('noTrailHint')}
          </EmptyState>
        }
      />
      <ActPeek row={row} entry={list.query.data?.find(({ id }) => id === row.id)} />
    </>
  )
}

function numberOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function TrailFilters({ values, set, on }: Filters<Name>) {
  const pages = useText(adminPagesText)
  const trail = useText(adminTrailText)
  return (
    <Toolbar on={on}>
      <SelectFilter
        label={pages('act')}
        value={values.action}
        onChange={(action) => set('action', action)}
        options={TRAIL_ACTIONS.map((value) => ({ value, label: topicName(trail, value) }))}
      />
      <SelectFilter
        label={pages('subject')}
        value={values.type}
        onChange={(type) => set('type', type)}
        options={SUBJECT_TYPES.map((value) => ({ value, label: subjectName(trail, value) }))}
      />
      <InputFilter type="text" inputMode="numeric" label={pages('subjectId')} value={values.subject} onChange={(subject) => set('subject', subject)} />
      <InputFilter type="text" inputMode="numeric" label={pages('actorId')} value={values.actor} onChange={(actor) => set('actor', actor)} />
      <InputFilter type="date" label={pages('dayFrom')} value={values.from} max={values.to} onChange={(day) => set('from', day)} />
      <InputFilter type="date" label={pages('dayTo')} value={values.to} min={values.from} onChange={(day) => set('to', day)} />
    </Toolbar>
  )
}

function ActPeek({ row, entry }: { row: OpenRow; entry: AuditEntry | undefined }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const trail = useText(adminTrailText)
  if (entry === undefined) return null
  return (
    <Peek row={row} title={actionName(trail, entry)}>
      <Facts
        facts={[
          [t('time'), <When key="at" at={entry.at} />],
          [
            pages('actor'),
            entry.actor_id === null ? (
              actorName(t, entry)
            ) : (
              <Link key="actor" to={paths.adminCustomer(entry.actor_id)} className="font-medium text-fjord hover:underline">
                {actorName(t, entry)} <span className="font-normal text-ink-2">{subjectName(trail, 'user', entry.actor_id)}</span>
              </Link>
            ),
          ],
          [pages('subject'), <SubjectLink key="subject" entry={entry} />],
          [pages('topic'), <code key="topic">{entry.action}</code>],
          [t('decisionReason'), reasonIn(entry.data)],
        ]}
      />
      <Part title={pages('facts')}>
        <Payload label={pages('facts')} value={entry.data} />
      </Part>
    </Peek>
  )
}
