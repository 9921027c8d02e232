import { ArrowLeftRight } from 'lucide-react'
import { useState } from 'react'
import { isRefundable, RefundDialog } from '@/components/admin/acts/paymentActs'
import { usePaymentColumns } from '@/components/admin/columns'
import { DataTable } from '@/components/admin/DataTable'
import { endOfDay, startOfDay } from '@/components/admin/days'
import { PaymentPeek } from '@/components/admin/PaymentPeek'
import { InputFilter, SearchFilter, SelectFilter, Toolbar } from '@/components/admin/Toolbar'
import { useFilters, type Filters } from '@/components/admin/useFilters'
import { useOpenRow } from '@/components/admin/useOpenRow'
import { kindName } from '@/components/admin/words'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { FilterChip } from '@/components/ui/Chips'
import type { Sort } from '@/components/ui/Table'
import { useText } from '@/lib/i18n'
import { plainText } from '@/lib/money'
import { parseAmount } from '@/lib/money-entry'
import { useSearchParam } from '@/lib/useSearchParam'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { statusText } from '@/locales/status'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { Transaction, TransactionKind, TransactionStatus } from '@/services/types'

const STATES: readonly TransactionStatus[] = ['PENDING', 'UNDER_REVIEW', 'SUCCESS', 'FAILED', 'REVERSED']
const KINDS: readonly TransactionKind[] = ['transfer', 'deposit', 'withdrawal', 'adjustment', 'refund']

type Order = 'newest' | 'oldest' | 'largest' | 'smallest'
const SORTS: Record<Order, Sort> = {
  newest: { key: 'time', direction: 'descending' },
  oldest: { key: 'time', direction: 'ascending' },
  largest: { key: 'amount', direction: 'descending' },
  smallest: { key: 'amount', direction: 'ascending' },
}

/** Everything that moved or was meant to (S53), searched and sorted at the bank over all there is. */
export default function TransactionsPage() {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const filters = useFilters(['q', 'party', 'account', 'state', 'kind', 'from', 'to', 'min', 'max'])
  const [order, setOrder] = useOrder()
  const list = usePayments(filters.values, order)
  const row = useOpenRow(list)
  const [refunded, setRefunded] = useState<Transaction | null>(null)
  const columns = usePaymentColumns({ time: true, amount: true })
  return (
    <>
      <PageHeader title={pages('payments')} lead={pages('paymentsLead')} />
      <DataTable
        caption={pages('payments')}
        fileName="payments"
        list={list}
        columns={columns}
        {...row.table}
        keys={[{ key: 'f', does: t('keyRefund'), act: (payment) => isRefundable(payment) && setRefunded(payment) }]}
        sort={{ value: SORTS[order], onChange: setOrder }}
        filtered={{ active: filters.isActive, onClear: filters.clear }}
        filters={<PaymentFilters {...filters} />}
        empty={
          <EmptyState icon={ArrowLeftRight} title={pages('noBankPayments')}>
            {pages('noBankPaymentsHint')}
          </EmptyState>
        }
      />
      <PaymentPeek row={row} />
      {refunded && <RefundDialog payment={refunded} onClose={() => setRefunded(null)} />}
    </>
  )
}

type Name = 'q' | 'party' | 'account' | 'state' | 'kind' | 'from' | 'to' | 'min' | 'max'

function usePayments(values: Readonly<Record<Name, string>>, order: Order) {
  const filters = {
    q: values.q,
    party: values.party,
    account_id: /^\d+$/.test(values.account) ? Number(values.account) : undefined,
    status: STATES.find((state) => state === values.state),
    kind: KINDS.find((kind) => kind === values.kind),
    from: startOfDay(values.from),
    to: endOfDay(values.to),
    amount_min: amountOf(values.min),
    amount_max: amountOf(values.max),
    sort: order,
  }
  const watch = order === 'newest' // what has just been paid is found a moment later
  return useStaffList('payments', filters, (ask, signal) => adminAPI.searchTransactions({ ...ask, ...filters }, signal), { watch })
}

/** What is no amount yet doesn't filter. */
function amountOf(text: string): string {
  const minor = parseAmount(text)
  return minor === null ? '' : plainText(minor)
}

function useOrder(): [Order, (sort: Sort) => void] {
  const [text, setText] = useSearchParam<string>('sort', 'newest')
  const order = text in SORTS ? (text as Order) : 'newest'
  const change = ({ key, direction }: Sort): void => {
    const [found] = Object.entries(SORTS).find(([, sort]) => sort.key === key && sort.direction === direction) ?? ['newest']
    setText(found)
  }
  return [order, change]
}

function PaymentFilters({ values, set, on }: Filters<Name>) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const status = useText(statusText)
  return (
    <Toolbar search={<SearchFilter label={pages('searchPayments')} value={values.q} onChange={(q) => set('q', q)} />} on={on}>
      <SelectFilter
        label={t('state')}
        value={values.state}
        onChange={(state) => set('state', state)}
        options={STATES.map((value) => ({ value, label: status(value) }))}
      />
      <SelectFilter
        label={t('kind')}
        value={values.kind}
        onChange={(kind) => set('kind', kind)}
        options={KINDS.map((value) => ({ value, label: kindName(t, value) }))}
      />
      <InputFilter type="date" label={pages('dayFrom')} value={values.from} max={values.to} onChange={(day) => set('from', day)} />
      <InputFilter type="date" label={pages('dayTo')} value={values.to} min={values.from} onChange={(day) => set('to', day)} />
      <InputFilter type="text" inputMode="decimal" label={pages('amountFrom')} value={values.min} onChange={(min) => set('min', min)} />
      <InputFilter type="text" inputMode="decimal" label={pages('amountTo')} value={values.max} onChange={(max) => set('max', max)} />
      {values.party !== '' && <FilterChip onRemove={() => set('party', '')}>{`${pages('party')} ${values.party}`}</FilterChip>}
      {values.account !== '' && <FilterChip onRemove={() => set('account', '')}>{pages('accountIs', { id: values.account })}</FilterChip>}
    </Toolbar>
  )
}
