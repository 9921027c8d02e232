import { ArrowDownLeft, ArrowUpRight, Bell, CircleCheck, CircleX, Landmark, ShieldQuestion, Trash2, UserRound, Wallet, type LucideIcon } from 'lucide-react'
import { Link } from 'react-router'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { cn } from '@/lib/utils'
import { useNotice } from '@/locales/notices'
import { notificationsText } from '@/locales/notifications'
import type { Notification } from '@/services/types'
import { useErrorLine } from '../Reference'
import { IconButton } from '../ui/Button'
import { When } from '../When'

/** By what a notification speaks of (the word before the dot) or, first, by all of its type. */
const LOOKS: Readonly<Record<string, { icon: LucideIcon; ink: string }>> = {
  'transfer.received': { icon: ArrowDownLeft, ink: 'text-good' },
  'transfer.failed': { icon: CircleX, ink: 'text-bad' },
  'withdrawal.failed': { icon: CircleX, ink: 'text-bad' },
  'deposit.failed': { icon: CircleX, ink: 'text-bad' },
  'transaction.held': { icon: ShieldQuestion, ink: 'text-wait' },
  'transaction.cleared': { icon: CircleCheck, ink: 'text-good' },
  transfer: { icon: ArrowUpRight, ink: 'text-ink-2' },
  account: { icon: Wallet, ink: 'text-ink-2' },
  user: { icon: UserRound, ink: 'text-ink-2' },
  kyc: { icon: UserRound, ink: 'text-ink-2' },
  balance: { icon: Landmark, ink: 'text-ink-2' },
  deposit: { icon: ArrowDownLeft, ink: 'text-good' },
  withdrawal: { icon: ArrowUpRight, ink: 'text-ink-2' },
}

/** Where what it speaks of can be seen. */
function targetOf({ type, related_id: id }: Pick<Notification, 'type' | 'related_id'>): string | null {
  switch (type.split('.')[0]) {
    case 'transfer':
    case 'transaction':
    case 'deposit':
    case 'withdrawal':
    case 'balance':
      return paths.transaction(id)
    case 'account':
      return paths.account(id)
    case 'kyc':
    case 'user':
      return paths.profile
    default:
      return null
  }
}

/** The focus on the row itself: on where it leads, or on what can be done with it. */
function focusRow(row: Element | null | undefined): void {
  row?.querySelector<HTMLElement>('a, button:last-child')?.focus({ preventScroll: true })
}

/** A row that goes (deleted, or read where only unread ones stand) hands its focus to the one beside it. */
function handOn(row: HTMLElement): () => void {
  return () => {
    if (!row.contains(document.activeElement)) return
    const rows = [...document.querySelectorAll('article')]
    const index = rows.indexOf(row)
    focusRow(rows[index + 1] ?? rows[index - 1])
  }
}

/** One notification: opening it reads it; a cross deletes it. */
export function NotificationRow({ notification }: { notification: Notification }) {
  const t = useText(notificationsText)
  const { markAsRead, deleteNotification, showError } = useNotifications()
  const errorLine = useErrorLine()
  const { id, title, message, type, created_at: at, read } = useNotice(notification)
  const { icon: Icon, ink } = LOOKS[type] ?? LOOKS[type.split('.')[0] ?? ''] ?? { icon: Bell, ink: 'text-ink-2' }
  const target = targetOf(notification)
  const failed = (error: unknown): void => showError(t('failed'), errorLine(error))
  const markRead = (): void => {
    if (!read) void markAsRead(id).catch(failed)
  }
  const name = (
    <>
      {title}
      {!read && <span className="sr-only"> ({t('new')})</span>}
    </>
  )
  return (
    <article ref={handOn} className={cn('relative grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 rounded-md py-3 pr-1 pl-4 sm:grid-cols-[auto_minmax(0,1fr)_auto]', target !== null && 'hover:bg-surface-2')}>
      <span className={cn('mt-0.5 flex size-10 shrink-0 items-center justify-center rounded-full bg-surface-2', ink)}>
        <Icon aria-hidden className="size-4.5" />
      </span>
      <div className="min-w-0 max-sm:pr-3">
        <h3 className={cn('flex items-baseline gap-2', read ? 'font-medium' : 'font-semibold')}>
          {!read && <span aria-hidden data-fill className="size-2 shrink-0 -translate-y-px rounded-full bg-saffron" />}
          {target === null ? (
            name
          ) : (
            <Link to={target} onClick={markRead} className="min-w-0 after:absolute after:inset-0 after:rounded-md">
              {name}
            </Link>
          )}
        </h3>
        <p className="break-words text-ink-2">{message}</p>
        <p className="text-small text-ink-3">
          <When at={at} as="inDay" />
        </p>
      </div>
      <div className="relative flex max-sm:col-start-2 max-sm:-mt-8 max-sm:justify-self-end">
        {!read && (
          <IconButton
            icon={CircleCheck}
            label={t('read', { title })}
            onClick={({ currentTarget }) => {
              focusRow(currentTarget.closest('article')) // it will be gone
              markRead()
            }}
          />
        )}
        <IconButton icon={Trash2} label={t('remove', { title })} onClick={() => void deleteNotification(id).catch(failed)} />
      </div>
    </article>
  )
}
