import { FileText } from 'lucide-react'
import { useMemo } from 'react'
import { useText } from '@/lib/i18n'
import { useSearchParam } from '@/lib/useSearchParam'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { LogLine } from '@/services/types'
import { EmptyState } from '../ListFaces'
import { Badge, type Tone } from '../ui/Badge'
import { When } from '../When'
import { Dated } from './actColumns'
import { DataTable, type DataColumn } from './DataTable'
import { endOfDay, startOfDay } from './days'
import { Facts, Part } from './Facts'
import { Payload } from './Payload'
import { Peek } from './Peek'
import { InputFilter, SearchFilter, SelectFilter, Toolbar } from './Toolbar'
import { useFilters } from './useFilters'
import type { OpenRow } from './useOpenRow'

const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const
const TONES: Readonly<Record<string, Tone>> = { warning: 'wait', error: 'bad', critical: 'bad' }

/** A line has no number of its own; its moment and its words tell it from the others. */
function keyOf(line: LogLine): string {
  return `${line.timestamp}|${line.logger}|${line.event}|${line.request_id ?? ''}`
}

/** The logs of every process of the bank, searched (S70, S151). */
export function LogTable() {
  const pages = useText(adminPagesText)
  const { values, set, clear, isActive, on } = useFilters(['q', 'level', 'logger', 'request', 'from', 'to'])
  const filters = {
    q: values.q,
    level: LEVELS.find((level) => level === values.level),
    logger: values.logger,
    request_id: values.request,
    from: startOfDay(values.from),
    to: endOfDay(values.to),
  }
  const list = useStaffList('logs', filters, (ask, signal) => adminAPI.searchLogs({ ...ask, ...filters }, signal))
  const [row, openKey, open] = useOpenLine(list.query.data ?? [])
  const columns = useLogColumns()
  const line = list.query.data?.find((one) => keyOf(one) === openKey)
  return (
    <>
      <DataTable
        caption={pages('tabLogs')}
        fileName="logs"
        list={list}
        columns={columns}
        rowKey={keyOf}
        selected={openKey}
        onOpen={(one) => open(keyOf(one))}
        filtered={{ active: isActive, onClear: clear }}
        filters={
          <Toolbar search={<SearchFilter label={pages('findLabel')} value={values.q} onChange={(q) => set('q', q)} />} on={on}>
            <SelectFilter
              label={pages('level')}
              value={values.level}
              onChange={(level) => set('level', level)}
              options={LEVELS.map((value) => ({ value, label: value }))}
            />
            <InputFilter type="text" label={pages('logger')} value={values.logger} onChange={(logger) => set('logger', logger)} />
            <InputFilter type="text" label={pages('requestId')} value={values.request} onChange={(request) => set('request', request)} />
            <InputFilter type="date" label={pages('dayFrom')} value={values.from} max={values.to} onChange={(day) => set('from', day)} />
            <InputFilter type="date" label={pages('dayTo')} value={values.to} min={values.from} onChange={(day) => set('to', day)} />
          </Toolbar>
        }
        empty={
          <EmptyState icon={FileText} title={pages('noLogs')}>
            {pages('noLogsHint')}
          </EmptyState>
        }
      />
      {line && <LinePeek row={row} line={line} />}
    </>
  )
}

function LinePeek({ row, line }: { row: OpenRow; line: LogLine }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  return (
    <Peek row={row} title={line.event}>
      <Facts
        facts={[
          [t('time'), <When key="at" at={line.timestamp} />],
          [pages('level'), line.level],
          [pages('logger'), `${line.role} · ${line.logger}`],
          [pages('requestId'), line.request_id],
          [t('person'), line.user_id],
        ]}
      />
      <Part title={pages('facts')}>
        <Payload label={pages('facts')} value={line.data} />
      </Part>
    </Peek>
  )
}

/** Like `useOpenRow`, by the line's own words. */
function useOpenLine(lines: readonly LogLine[]): [OpenRow, string, (key: string) => void] {
  const [openKey, setOpenKey] = useSearchParam<string>('line', '')
  const index = lines.findIndex((line) => keyOf(line) === openKey)
  const row: OpenRow = {
    id: index < 0 ? null : index,
    open: (next) => setOpenKey(lines[next] ? keyOf(lines[next]) : ''),
    close: () => setOpenKey(''),
    step: (by) => {
      const next = lines[index + by]
      if (next !== undefined) setOpenKey(keyOf(next))
    },
  }
  return [row, openKey, setOpenKey]
}

function useLogColumns(): DataColumn<LogLine>[] {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  return useMemo(
    () => [
      { key: 'at', title: t('time'), from: 'sm', cell: (line) => <When at={line.timestamp} />, value: (line) => line.timestamp },
      { key: 'level', title: pages('level'), cell: (line) => <Badge tone={TONES[line.level] ?? 'plain'}>{line.level}</Badge>, value: (line) => line.level },
      { key: 'message', title: pages('message'), cell: (line) => <Dated at={line.timestamp}>{line.event}</Dated>, value: (line) => line.event },
      { key: 'logger', title: pages('logger'), from: 'md', cell: (line) => `${line.role} · ${line.logger}`, value: (line) => `${line.role} ${line.logger}` },
      { key: 'request', title: pages('requestId'), from: 'xl', cell: (line) => <span className="text-ink-2">{line.request_id}</span>, value: (line) => line.request_id },
    ],
    [t, pages],
  )
}
