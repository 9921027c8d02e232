import { ArrowLeftRight } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { ActivityFeed } from '@/components/activity/ActivityFeed'
import { Balances } from '@/components/dashboard/Balances'
import { DashboardSkeleton } from '@/components/dashboard/DashboardSkeleton'
import { Spending } from '@/components/dashboard/Spending'
import { Waiting } from '@/components/dashboard/Waiting'
import { EmptyState, Read } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { QuickTransfers } from '@/components/QuickTransfers'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { readPreference, writePreference } from '@/lib/preferences'
import { useMedia } from '@/lib/useMedia'
import { useNow } from '@/lib/useNow'
import { dashboardText } from '@/locales/dashboard'
import { activityOf, isOpen, type Activity } from '@/services/activity'
import { useSummary } from '@/services/queries/dashboard'
import { isUsable } from '@/services/queries/money'
import type { Summary, Transaction } from '@/services/types'

const RECENT_ACTIVITIES = 8

/** What do I have, what just happened, what waits, what can I do now: in that order (S85). */
export default function DashboardPage() {
  const summary = useSummary()
  return (
    <>
      <PageHeader title={useGreeting()} />
      <Read query={summary} skeleton={<DashboardSkeleton />}>
        {(data) => <Dashboard summary={data} />}
      </Read>
    </>
  )
}

function Dashboard({ summary }: { summary: Summary }) {
  const user = useUser()
  const [hidden, setHidden] = useState(() => readPreference('hideBalances') === 'on')
  const seen = (transactions: readonly Transaction[]): Activity[] => transactions.map((transaction) => activityOf(transaction, user.id))
  const recent = seen(summary.recent)
  const hide = (next: boolean): void => {
    writePreference('hideBalances', next ? 'on' : null)
    setHidden(next)
  }
  // Who has no account to use yet is told first what comes before that.
  const isReady = summary.accounts.some(isUsable)
  // On a phone the people to pay again stand in a thumb's reach.
  const inReach = !useMedia('(width >= 64rem)') && isReady && summary.people.length > 0
  const balances = (
    <Balances key="balances" accounts={summary.accounts} hidden={hidden} onHide={hide}>
      {inReach && <QuickTransfers people={summary.people} strip />}
    </Balances>
  )
  const waiting = <Waiting key="waiting" accounts={summary.accounts} open={seen(summary.waiting)} hidden={hidden} />
  return (
    <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,1fr)_21rem]">
      <div className="flex min-w-0 flex-col gap-8">
        {isReady ? [balances, waiting] : [waiting, balances]}
        <RecentActivity activities={recent} hidden={hidden} />
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        {!inReach && <QuickTransfers people={summary.people} />}
        {recent.length > 0 && <Spending summary={summary} hidden={hidden} />}
      </div>
    </div>
  )
}

function RecentActivity({ activities, hidden }: { activities: readonly Activity[]; hidden: boolean }) {
  const t = useText(dashboardText)
  const settled = activities.filter(({ transaction }) => !isOpen(transaction)).slice(0, RECENT_ACTIVITIES)
  return (
    <section aria-labelledby="activity">
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <h2 id="activity" className="text-title font-semibold">
          {t('activity')}
        </h2>
        {activities.length > 0 && (
          <Link data-press to={paths.activity} className="text-small font-semibold text-fjord hover:underline">
            {t('allActivity')}
          </Link>
        )}
      </div>
      <div className="card py-4">
        {settled.length > 0 ? (
          <ActivityFeed activities={settled} hidden={hidden} />
        ) : (
          <EmptyState icon={ArrowLeftRight} title={t('noActivity')}>
            {t('noActivityHint')}
          </EmptyState>
        )}
      </div>
    </section>
  )
}

function useGreeting(): string {
  const t = useText(dashboardText)
  const user = useUser()
  const hour = useNow().getHours()
  const name = user.full_name.split(' ')[0] || user.username
  return hour < 12 ? t('morning', { name }) : hour < 17 ? t('afternoon', { name }) : t('evening', { name })
}
