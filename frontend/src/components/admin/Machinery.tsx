import { CircleCheck, CircleHelp, CircleX, Clock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { adminPagesText } from '@/locales/adminPages'
import { useMachinery } from '@/services/queries/admin'
import type { Drift, LogLine, Queues } from '@/services/types'
import { Read, SkeletonRows } from '../ListFaces'
import { Badge } from '../ui/Badge'
import { When } from '../When'

/** Whether the books hold, and whether events travel: the health of the bank itself. */
export function Machinery() {
  const t = useText(adminPagesText)
  const query = useMachinery()
  return (
    <section aria-labelledby="machinery" className="card p-4">
      <h2 id="machinery" className="font-semibold">
        {t('machinery')}
      </h2>
      <Read query={query} skeleton={<SkeletonRows rows={4} />}>
        {({ books, queues, drift }) => (
          <dl className="mt-2">
            <Books line={books} />
            <Outbox queues={queues} />
            <QueueLines queues={queues} />
            <SearchState drift={drift} />
          </dl>
        )}
      </Read>
    </section>
  )
}

function Line({ name, state, children }: { name: string; state: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line-1 py-2.5 first:border-t-0">
      <dt className="font-medium">{name}</dt>
      <dd>{state}</dd>
      {children && <dd className="basis-full text-small text-ink-2">{children}</dd>}
    </div>
  )
}

/** The bank re-derives every balance on schedule and says so in its log; this is the last thing it said. */
function Books({ line }: { line: LogLine | null }) {
  const t = useText(adminPagesText)
  if (line === null) {
    return (
      <Line name={t('books')} state={<Badge icon={CircleHelp}>{t('booksUnknown')}</Badge>}>
        {t('booksEvery')}
      </Line>
    )
  }
  const hold = line.event === 'the books hold'
  const [before = '', after = ''] = t('booksChecked', { time: '\u0000' }).split('\u0000')
  return (
    <Line name={t('books')} state={hold ? <Badge tone="good" icon={CircleCheck}>{t('booksHold')}</Badge> : <Badge tone="bad" icon={CircleX}>{t('booksBroken')}</Badge>}>
      {before}
      <When at={line.timestamp} as="relative" />
      {after}
    </Line>
  )
}

function Outbox({ queues }: { queues: Queues }) {
  const t = useText(adminPagesText)
  const unsent = queues.unsent_bundles
  return (
    <Line
      name={t('outbox')}
      state={unsent === 0 ? <Badge tone="good" icon={CircleCheck}>{t('outboxEmpty')}</Badge> : <Badge tone="wait" icon={Clock}>{t('outboxWaiting', { count: unsent })}</Badge>}
    />
  )
}

function QueueLines({ queues }: { queues: Queues }) {
  const t = useText(adminPagesText)
  const waiting = queues.queues.filter((queue) => queue.waiting > 0)
  const sum = waiting.reduce((total, queue) => total + queue.waiting, 0)
  return (
    <Line
      name={t('queues')}
      state={sum === 0 ? <Badge tone="good" icon={CircleCheck}>{t('queuesEmpty')}</Badge> : <Badge tone="wait" icon={Clock}>{t('queueWaiting', { count: sum })}</Badge>}
    >
      {waiting.length > 0 && waiting.map((queue) => (
        <span key={queue.queue} className="flex flex-wrap justify-between gap-x-4">
          <code>{queue.queue}</code>
          <span>
            {t('queueWaiting', { count: queue.waiting })}
            {queue.retrying > 0 && `, ${t('queueRetrying', { count: queue.retrying })}`}
            {queue.oldest_seconds > 0 && `, ${t('queueOldest', { seconds: queue.oldest_seconds })}`}
          </span>
        </span>
      ))}
    </Line>
  )
}

function SearchState({ drift }: { drift: readonly Drift[] }) {
  const t = useText(adminPagesText)
  const off = drift.filter(({ state }) => state !== 'ok')
  return (
    <Line name={t('searchIndex')} state={off.length === 0 ? <Badge tone="good" icon={CircleCheck}>{t('searchOk')}</Badge> : <Badge tone="wait" icon={Clock}>{off.length}</Badge>}>
      {off.length > 0 && off.map(({ name, state }) => <span key={name} className="block">{t('searchOff', { names: name, state })}</span>)}
    </Line>
  )
}
