import { useCallback } from 'react'
import { useLocation, useParams } from 'react-router'
import { maskedEnd } from '@/components/accounts/useAccountName'
import { AccountGate } from '@/components/accounts/AccountGate'
import { History } from '@/components/history/History'
import { useHistoryFilters } from '@/components/history/useHistoryFilters'
import { PageHeader } from '@/components/PageHeader'
import { PaymentSheet } from '@/components/payment/PaymentSheet'
import { useCloseSheet } from '@/components/payment/useCloseSheet'
import { useText } from '@/lib/i18n'
import { idIn, paths } from '@/lib/paths'
import { historyText } from '@/locales/history'
import type { Account } from '@/services/types'

/** One account's statement: by day with the balance after each payment, filters in the address (S88). */
export default function StatementPage() {
  const { accountId } = useParams()
  return <AccountGate accountId={idIn(accountId)}>{(account) => <Statement account={account} />}</AccountGate>
}

function Statement({ account }: { account: Account }) {
  const t = useText(historyText)
  const { search } = useLocation()
  const filters = useHistoryFilters(account.id)
  const params = new URLSearchParams(search)
  const opened = idIn(params.get('payment'))
  params.delete('payment')
  const list = paths.statement(account.id)
  const detail = useCallback((id: number) => `${list}?payment=${id}`, [list])
  const close = useCloseSheet(params.size > 0 ? `${list}?${params}` : list)
  const name = t(account.account_type === 'savings' ? 'savings' : 'current', { number: maskedEnd(account.account_number) })
  return (
    <div className="column-list">
      <PageHeader title={t('statement')} lead={name} back={{ to: paths.account(account.id), label: t('account') }} />
      <History filters={filters} detail={detail} accountId={account.id} opened={opened !== null} />
      {opened !== null && <PaymentSheet key={opened} transactionId={opened} onClose={close} />}
    </div>
  )
}
