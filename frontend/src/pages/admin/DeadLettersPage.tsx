import { MailCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ActButton } from '@/components/admin/ActButton'
import { GiveUpDialog, ReplayDialog } from '@/components/admin/acts/letterActs'
import { DataTable, type DataColumn } from '@/components/admin/DataTable'
import { Facts, Part } from '@/components/admin/Facts'
import { Payload } from '@/components/admin/Payload'
import { Peek } from '@/components/admin/Peek'
import { SelectFilter, Toolbar } from '@/components/admin/Toolbar'
import { useFilters } from '@/components/admin/useFilters'
import { useOpenRow, type OpenRow } from '@/components/admin/useOpenRow'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { Status, type StatusName } from '@/components/Status'
import { Notice } from '@/components/ui/Notice'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { adminPagesText } from '@/locales/adminPages'
import { statusText } from '@/locales/status'
import { operationsAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { DeadLetter } from '@/services/types'

const STATES: Readonly<Record<string, StatusName>> = { waiting: 'waiting', replayed: 'replayed', given_up: 'givenUp' }

type Act = { letter: DeadLetter; act: 'replay' | 'giveUp' } | null

/** Events that failed after every retry: why, what they say, and whether to try again. */
export default function DeadLettersPage() {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const status = useText(statusText)
  const { values, set, clear, isActive, on } = useFilters(['state'])
  const list = useStaffList('letters', values, (ask, signal) => operationsAPI.getDeadLetters({ ...ask, status: values.state }, signal), { watch: true })
  const row = useOpenRow(list)
  const [act, setAct] = useState<Act>(null)
  const columns = useLetterColumns()
  const begin = (letter: DeadLetter, wanted: 'replay' | 'giveUp'): void => {
    if (letter.status === 'waiting' && (wanted === 'giveUp' || isOurs(letter))) setAct({ letter, act: wanted })
  }
  return (
    <>
      <PageHeader title={pages('undelivered')} lead={pages('undeliveredLead')} />
      <DataTable
        caption={pages('undelivered')}
        fileName="undelivered"
        list={list}
        columns={columns}
        {...row.table}
        keys={[
          { key: 'p', does: t('keyReplay'), act: (letter) => begin(letter, 'replay') },
          { key: 'g', does: t('keyGiveUp'), act: (letter) => begin(letter, 'giveUp') },
        ]}
        filtered={{ active: isActive, onClear: clear }}
        filters={
          <Toolbar on={on}>
            <SelectFilter
              label={t('state')}
              value={values.state}
              onChange={(state) => set('state', state)}
              options={Object.entries(STATES).map(([value, name]) => ({ value, label: status(name) }))}
            />
          </Toolbar>
        }
        empty={
          <EmptyState icon={MailCheck} title={pages('noUndelivered')}>
            {pages('noUndeliveredHint')}
          </EmptyState>
        }
      />
      <LetterPeek row={row} letter={list.query.data?.find(({ id }) => id === row.id)} onAct={begin} />
      {act?.act === 'replay' && <ReplayDialog letter={act.letter} onClose={() => setAct(null)} />}
      {act?.act === 'giveUp' && <GiveUpDialog letter={act.letter} onClose={() => setAct(null)} />}
    </>
  )
}

/** A foreign program's message would be refused again: it can only be given up. */
function isOurs({ event_id: eventId }: DeadLetter): boolean {
  return eventId !== null
}

function LetterPeek({ row, letter, onAct }: { row: OpenRow; letter: DeadLetter | undefined; onAct: (letter: DeadLetter, act: 'replay' | 'giveUp') => void }) {
  const t = useText(adminText)
  const acts = useText(adminActsText)
  const pages = useText(adminPagesText)
  if (row.id === null || letter === undefined) return null
  const waits = letter.status === 'waiting'
  return (
    <Peek
      row={row}
      title={letter.topic}
      keys={{ p: () => onAct(letter, 'replay'), g: () => onAct(letter, 'giveUp') }}
      actions={
        waits && (
          <>
            <ActButton hotkey="g" onClick={() => onAct(letter, 'giveUp')}>
              {acts('giveUp')}
            </ActButton>
            {isOurs(letter) && (
              <ActButton hotkey="p" tone="primary" onClick={() => onAct(letter, 'replay')}>
                {acts('replay')}
              </ActButton>
            )}
          </>
        )
      }
    >
      <Facts
        facts={[
          [t('state'), <Status key="state" of={STATES[letter.status] ?? 'waiting'} />],
          [pages('queue'), <code key="queue">{letter.queue}</code>],
          [pages('failedAt'), <When key="at" at={letter.created_at} />],
          [pages('attempts'), letter.attempts],
          [pages('eventId'), letter.event_id],
          letter.decided_at !== null && [t('decided'), <When key="decided" at={letter.decided_at} />],
          [t('decisionReason'), letter.decision_reason],
        ]}
      />
      {!isOurs(letter) && (
        <div className="mt-4">
          <Notice tone="calm" title={pages('foreign')} />
        </div>
      )}
      <Part title={pages('error')}>
        <Payload label={pages('error')} value={letter.error} />
      </Part>
      <Part title={pages('payload')}>
        {letter.event === null ? <p className="text-small text-ink-2">{pages('unreadable')}</p> : <Payload label={pages('payload')} value={letter.event} />}
      </Part>
    </Peek>
  )
}

function useLetterColumns(): DataColumn<DeadLetter>[] {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const status = useText(statusText)
  return useMemo(() => {
    const stateOf = (letter: DeadLetter): StatusName => STATES[letter.status] ?? 'waiting'
    return [
      { key: 'at', title: pages('failedAt'), from: 'sm', sortable: true, cell: (letter) => <When at={letter.created_at} />, value: (letter) => letter.created_at },
      { key: 'topic', title: pages('topic'), sortable: true, cell: ({ topic }) => <span className="font-medium">{topic}</span>, value: ({ topic }) => topic },
      { key: 'queue', title: pages('queue'), from: 'lg', sortable: true, cell: ({ queue }) => queue, value: ({ queue }) => queue },
      { key: 'error', title: pages('error'), from: 'md', cell: ({ error }) => <span className="block max-w-72 truncate text-ink-2" title={error}>{error}</span>, value: ({ error }) => error },
      { key: 'attempts', title: pages('attempts'), from: 'lg', align: 'right', sortable: true, cell: ({ attempts }) => attempts, value: ({ attempts }) => attempts },
      { key: 'state', title: t('state'), sortable: true, cell: (letter) => <Status of={stateOf(letter)} />, value: (letter) => status(stateOf(letter)) },
    ]
  }, [t, pages, status])
}
