import { ArrowLeftRight, Info, Printer } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { useMedia } from '@/lib/useMedia'
import { cn } from '@/lib/utils'
import { historyText } from '@/locales/history'
import { byDay, totalsOf, type Activity } from '@/services/activity'
import { PAGES_AT_ONCE, PAGES_PRINTED, useHistory } from '@/services/queries/transactions'
import { ActivityRow } from '../activity/ActivityRow'
import { DayHeading } from '../DayHeading'
import { EmptyState, ListFaces, SkeletonRows } from '../ListFaces'
import { Button, ButtonLink } from '../ui/Button'
import { VirtualRows } from '../VirtualRows'
import { FilterBar } from './FilterBar'
import { Paper } from './Paper'
import { Sums } from './Sums'
import type { Filters } from './useHistoryFilters'
import { useSeen } from './useSeen'

interface Props {
  filters: Filters
  /** The address of a payment beside this list; one function for good, or every row is drawn again. */
  detail: (transactionId: number) => string
  /** The one account that it is the statement of; its rows then carry the balance after them. */
  accountId?: number
  /** A payment is open beside it, or on a phone on top of it. */
  opened: boolean
}

/** Payments by day, as far back as one scrolls, with their filters and the sums of what is shown. */
export function History({ filters, detail, accountId, opened }: Props) {
  const t = useText(historyText)
  const user = useUser()
  const query = useHistory(filters.asked)
  const { hasNextPage, isFetching, isFetchingNextPage, fetchNextPage, data } = query
  const pages = data?.pages.length ?? 0
  const { direction, q } = filters.asked

  const more = useCallback(() => {
    // A payment that comes live has the newest page read again, and what is asked for meanwhile is dropped.
    if (hasNextPage && !isFetching) void fetchNextPage()
  }, [hasNextPage, isFetching, fetchNextPage])

  const seen = useSeen(data?.pages, user.id, filters.asked.accountId)
  // The search knows no direction, so what it found is sifted here.
  const activities = useMemo(() => (q && direction ? seen.filter((activity) => activity.direction === direction) : seen), [seen, q, direction])

  // Nothing of what was found so far goes in the direction asked for: it may stand on a later page.
  const isLooking = activities.length === 0 && hasNextPage
  // The sums want all of it, and wait until they can be seen.
  const covered = useMedia('(width < 64rem)') && opened
  // What is asked for on paper is read first; what can't be read now, the paper says is missing.
  const shown = JSON.stringify(filters.asked)
  const [printed, setPrinted] = useState<string>()
  const isPrinting = printed !== undefined
  if (isPrinting && (opened || printed !== shown)) setPrinted(undefined) // another thing is looked at now: it wasn't asked for
  const print = (): void => {
    setPrinted(shown)
    if (query.isFetchNextPageError) void fetchNextPage()
  }
  const wanted = isPrinting ? PAGES_PRINTED : PAGES_AT_ONCE
  const isRead = !hasNextPage || pages >= wanted || query.isFetchNextPageError
  const canPrint = isPrinting && isRead && !isFetching
  useEffect(() => {
    if (!canPrint) {
      if (isLooking || (pages > 0 && pages < wanted && !covered)) more()
      return
    }
    const timer = setTimeout(() => {
      setPrinted(undefined)
      window.print()
    })
    return () => clearTimeout(timer)
  }, [canPrint, isLooking, pages, wanted, covered, more])

  return (
    <>
      <FilterBar filters={filters} chooseAccount={accountId === undefined} />
      <div role="status">
        {data?.pages.some(({ degraded }) => degraded) && (
          <p className="mb-4 flex gap-2 text-small text-ink-2">
            <Info aria-hidden className="mt-0.5 size-4 shrink-0 text-calm" />
            {t('searchDegraded')}
          </p>
        )}
      </div>
      <ListFaces
        query={isLooking ? { ...query, data: undefined, isPending: true } : query}
        items={() => activities}
        filtered={{ active: filters.active, onClear: filters.clear }}
        skeleton={<div className="card py-2"><SkeletonRows rows={8} /></div>}
        empty={
          <EmptyState icon={ArrowLeftRight} title={t('none')} action={<ButtonLink to={paths.deposit} tone="primary">{t('payIn')}</ButtonLink>}>
            {t('noneHint')}
          </EmptyState>
        }
      >
        {() => (
          <>
            <Paper filters={filters.asked} count={activities.length} complete={!hasNextPage} />
            <Sums totals={totalsOf(activities)} complete={!hasNextPage} settled={!isFetching} filters={filters.asked} accountId={accountId}>
              <Button size="small" tone="quiet" icon={Printer} busy={isPrinting} onClick={print}>
                {t(isPrinting ? 'printing' : 'print')}
              </Button>
            </Sums>
            <div className={cn('transition-opacity', query.isPlaceholderData && 'opacity-55')} aria-busy={query.isPlaceholderData || undefined}>
              <Rows activities={activities} detail={detail} onNearEnd={more} />
            </div>
            <p role="status" className="py-4 text-center text-small text-ink-3 print:hidden">
              {isFetchingNextPage && t('loadingMore')}
            </p>
          </>
        )}
      </ListFaces>
    </>
  )
}

interface RowsProps {
  activities: readonly Activity[]
  detail: (transactionId: number) => string
  onNearEnd: () => void
}

function Rows({ activities, detail, onNearEnd }: RowsProps) {
  const t = useText(historyText)
  const { search } = useLocation()
  const groups = useMemo(() => byDay(activities).map((day) => ({ ...day, heading: <DayHeading day={day.key} /> })), [activities])
  const draw = useCallback(
    (activity: Activity) => <Row activity={activity} to={withSearch(detail(activity.transaction.id), search)} />,
    [detail, search],
  )
  return <VirtualRows label={t('listLabel')} groups={groups} itemKey={idOf} draw={draw} onNearEnd={onNearEnd} />
}

const idOf = ({ transaction }: Activity): number => transaction.id

function Row({ activity, to }: { activity: Activity; to: string }) {
  const t = useText(historyText)
  const balance = activity.transaction.balance_after
  const held = typeof balance === 'number' ? formatMoney(fromWire(balance)) : null
  return (
    <ActivityRow
      activity={activity}
      to={to}
      aside={
        held !== null && (
          // On a phone the word would take the place of a name; below the amount the figure says it alone.
          <span className="tabular text-small text-ink-3">
            <span className="max-sm:sr-only">{t('balanceAfter', { amount: held })}</span>
            <span aria-hidden className="sm:hidden">
              {held}
            </span>
          </span>
        )
      }
    />
  )
}

/** The address of a detail with the filters of the list, so that closing it finds the list as it was. */
function withSearch(address: string, search: string): string {
  const [path = '', own = ''] = address.split('?')
  const params = new URLSearchParams(search)
  new URLSearchParams(own).forEach((value, name) => params.set(name, value))
  const text = params.toString()
  return text === '' ? path : `${path}?${text}`
}
