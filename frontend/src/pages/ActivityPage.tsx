import { useDeferredValue } from 'react'
import { useLocation, useParams } from 'react-router'
import { History } from '@/components/history/History'
import { useHistoryFilters } from '@/components/history/useHistoryFilters'
import { PageHeader } from '@/components/PageHeader'
import { PaymentSheet } from '@/components/payment/PaymentSheet'
import { useCloseSheet } from '@/components/payment/useCloseSheet'
import { useText } from '@/lib/i18n'
import { idIn, paths } from '@/lib/paths'
import { historyText } from '@/locales/history'

/** Everything that moved on all accounts; at a payment's own address with that payment beside it. */
export default function ActivityPage() {
  const t = useText(historyText)
  const { transactionId } = useParams()
  const { search } = useLocation()
  const filters = useHistoryFilters()
  const close = useCloseSheet(paths.activity + search)
  const opened = idIn(transactionId)
  const listToo = useDeferredValue(true, opened === null) // who came for a payment sees it first
  return (
    <div className="column-list">
      <PageHeader title={t('activity')} lead={t('activityLead')} />
      {listToo && <History filters={filters} detail={paths.transaction} opened={opened !== null} />}
      {opened !== null && <PaymentSheet key={opened} transactionId={opened} onClose={close} />}
    </div>
  )
}
