import { useState } from 'react'
import { LastDays } from '@/components/admin/LastDays'
import { Machinery } from '@/components/admin/Machinery'
import { Waiting } from '@/components/admin/Overview'
import { PaymentsChart } from '@/components/admin/PaymentsChart'
import { ShortcutsDialog } from '@/components/admin/ShortcutsDialog'
import { useShortcuts } from '@/components/admin/useShortcuts'
import { PageHeader } from '@/components/PageHeader'
import { QuickTransfers } from '@/components/QuickTransfers'
import { useText } from '@/lib/i18n'
import { adminPagesText } from '@/locales/adminPages'
import { useSummary } from '@/services/queries/dashboard'

/** The bank as it is now (S89): what waits for a decision, what moves, whether the machinery is well. */
export default function OverviewPage() {
  const t = useText(adminPagesText)
  const [helpOpen, setHelpOpen] = useState(false)
  useShortcuts({ '?': () => setHelpOpen(true) }, 'page')
  return (
    <>
      <PageHeader title={t('overview')} lead={t('overviewLead')} />
      <div className="flex flex-col gap-6">
        <Waiting />
        <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem]">
          <div className="flex min-w-0 flex-col gap-6">
            <PaymentsChart />
            <LastDays />
          </div>
          <div className="flex flex-col gap-6">
            <Machinery />
            <OwnTransfers />
          </div>
        </div>
      </div>
      <ShortcutsDialog open={helpOpen} onClose={() => setHelpOpen(false)} more={[]} />
    </>
  )
}

/** Staff are customers, too: the people they paid most recently (S91). */
function OwnTransfers() {
  const { data } = useSummary()
  return <QuickTransfers people={data?.people ?? []} />
}
