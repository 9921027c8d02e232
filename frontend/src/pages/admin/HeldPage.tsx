import { ShieldCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ReviewDialog } from '@/components/admin/acts/paymentActs'
import { usePaymentColumns } from '@/components/admin/columns'
import { DataTable, type DataColumn } from '@/components/admin/DataTable'
import { PaymentPeek } from '@/components/admin/PaymentPeek'
import { useOpenRow } from '@/components/admin/useOpenRow'
import { ruleName } from '@/components/admin/words'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { Badge } from '@/components/ui/Badge'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { Transaction } from '@/services/types'

/** Payments that wait for a person of the bank, the newest first; decided by one key and a reason. */
export default function HeldPage() {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const list = useStaffList('held', {}, (ask, signal) => adminAPI.getTransactions({ ...ask, status: 'UNDER_REVIEW' }, signal), { watch: true })
  const row = useOpenRow(list)
  const [act, setAct] = useState<{ payment: Transaction; action: 'clear' | 'reject' } | null>(null)
  const columns = useHeldColumns()
  return (
    <>
      <PageHeader title={pages('held')} lead={pages('heldLead')} />
      <DataTable
        caption={pages('held')}
        fileName="held"
        list={list}
        columns={columns}
        {...row.table}
        keys={[
          { key: 'a', does: t('keyClear'), act: (payment) => setAct({ payment, action: 'clear' }) },
          { key: 'r', does: t('keyRejectHeld'), act: (payment) => setAct({ payment, action: 'reject' }) },
        ]}
        empty={
          <EmptyState icon={ShieldCheck} title={pages('noHeld')}>
            {pages('noHeldHint')}
          </EmptyState>
        }
      />
      <PaymentPeek row={row} />
      {act && <ReviewDialog {...act} onClose={() => setAct(null)} />}
    </>
  )
}

function useHeldColumns(): DataColumn<Transaction>[] {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const payment = usePaymentColumns({ time: true, amount: true })
  return useMemo(() => {
    const named = (key: string): DataColumn<Transaction>[] => payment.filter((column) => column.key === key)
    return [
      {
        key: 'time',
        title: pages('heldSince'),
        sortable: true,
        from: 'sm' as const,
        cell: ({ timestamp }) => <When at={timestamp} as="relative" />,
        value: ({ timestamp }) => timestamp,
      },
      ...named('from'),
      ...named('to'),
      {
        key: 'why',
        title: t('whyHeld'),
        from: 'md' as const,
        sortable: true,
        cell: ({ reason }) => <Badge tone="wait">{ruleName(t, reason)}</Badge>,
        value: ({ reason }) => ruleName(t, reason),
      },
      ...named('note'),
      ...named('amount'),
    ]
  }, [t, pages, payment])
}
