import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import { SkeletonRows } from '../ListFaces'
import { When } from '../When'
import { Payload } from './Payload'

/** The events of a payment, as the log holds them; read only when somebody wants to see them. */
export function EventLog({ transactionId }: { transactionId: number }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const [open, setOpen] = useState(false)
  const { query } = useStaffList('events', { transactionId }, (ask, signal) => adminAPI.getEvents({ ...ask, transaction_id: transactionId }, signal), { enabled: open })
  return (
    <details className="mt-6 text-small" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-press className="inline-flex min-h-8 items-center font-semibold text-fjord hover:underline">{pages('events')}</summary>
      <p className="text-ink-2">{pages('eventsHint')}</p>
      {open && query.isPending && <SkeletonRows rows={2} />}
      {query.data?.length === 0 && <p className="mt-2 text-ink-2">{t('noHistory')}</p>}
      <ol className="mt-2 flex flex-col gap-3">
        {query.data?.map((event) => (
          <li key={event.id}>
            <p className="mb-1 flex items-baseline justify-between gap-4">
              <code className="font-semibold">{event.topic}</code>
              <span className="text-micro text-ink-2">
                <When at={event.recorded_at} />
              </span>
            </p>
            <Payload label={`${event.topic} ${event.id}`} value={event.facts} />
          </li>
        ))}
      </ol>
    </details>
  )
}
