import { Bell, CheckCheck } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import { DayHeading } from '@/components/DayHeading'
import { EmptyState, ListFaces } from '@/components/ListFaces'
import { NotificationRow } from '@/components/notifications/NotificationRow'
import { PageHeader } from '@/components/PageHeader'
import { useErrorLine } from '@/components/Reference'
import { Button } from '@/components/ui/Button'
import { Chips } from '@/components/ui/Chips'
import { VirtualRows } from '@/components/VirtualRows'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { dayKey, splitByDay } from '@/lib/dates'
import { focusTitle } from '@/lib/focusTitle'
import { useText } from '@/lib/i18n'
import { useSearchParam } from '@/lib/useSearchParam'
import { notificationsText } from '@/locales/notifications'
import { useNotificationPages } from '@/services/queries/notification-pages'
import type { Notification } from '@/services/types'

type Shown = 'all' | 'unread'

/** Everything the bank told this customer, newest first: read, read all, delete (S93). */
export default function NotificationsPage() {
  const t = useText(notificationsText)
  const { stats, markAllAsRead, showError } = useNotifications()
  const errorLine = useErrorLine()
  const [asked, setShown] = useSearchParam<Shown>('show', 'all')
  const shown = asked === 'unread' ? 'unread' : 'all'
  const query = useNotificationPages(shown === 'unread')
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const showAll = (): void => {
    focusTitle()
    setShown('all')
  }
  const newest = query.data?.pages[0]?.items[0]
  const readAll = (upTo: number): void => {
    focusTitle()
    void markAllAsRead(upTo).catch((error: unknown) => showError(t('failed'), errorLine(error)))
  }

  return (
    <div className="column">
      <PageHeader
        title={t('title')}
        lead={stats.unread > 0 ? t('unreadCount', { count: stats.unread }) : stats.total > 0 ? t('allRead') : undefined}
        actions={
          stats.unread > 0 &&
          newest && (
            <Button icon={CheckCheck} onClick={() => readAll(newest.id)}>
              {t('readAll')}
            </Button>
          )
        }
      />
      <div className="mb-4">
        <Chips<Shown>
          label={t('filter')}
          value={shown}
          onChange={setShown}
          options={[
            { value: 'all', label: t('all') },
            { value: 'unread', label: t('unread') },
          ]}
        />
      </div>
      <ListFaces
        query={query}
        items={({ pages }) => pages.flatMap(({ items }) => items)}
        empty={
          stats.total > 0 ? (
            <EmptyState icon={CheckCheck} title={t('noneUnread')} action={<Button onClick={showAll}>{t('showAll')}</Button>} />
          ) : (
            <EmptyState icon={Bell} title={t('none')}>
              {t('noneHint')}
            </EmptyState>
          )
        }
      >
        {(items) => <Rows items={items} onNearEnd={more} />}
      </ListFaces>
    </div>
  )
}

function Rows({ items, onNearEnd }: { items: readonly Notification[]; onNearEnd: () => void }) {
  const t = useText(notificationsText)
  const groups = useMemo(
    () => splitByDay(items, ({ created_at: at }) => dayKey(at)).map((day) => ({ ...day, heading: <DayHeading day={day.key} /> })),
    [items],
  )
  return <VirtualRows label={t('listLabel')} groups={groups} itemKey={idOf} draw={drawRow} rowHeight={76} onNearEnd={onNearEnd} />
}

const idOf = ({ id }: Notification): number => id
const drawRow = (notification: Notification) => <NotificationRow notification={notification} />
