import { Building2 } from 'lucide-react'
import { useState } from 'react'
import { AdjustBalanceDialog } from '@/components/admin/acts/AdjustBalanceDialog'
import { AccountPeek } from '@/components/admin/AccountPeek'
import { useAccountColumns } from '@/components/admin/columns'
import { DataTable } from '@/components/admin/DataTable'
import { SearchFilter, SelectFilter, Toolbar } from '@/components/admin/Toolbar'
import { useFilters } from '@/components/admin/useFilters'
import { useOpenRow } from '@/components/admin/useOpenRow'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { statusText } from '@/locales/status'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { StaffAccount } from '@/services/types'

const STATES = ['pending', 'approved', 'rejected'] as const

/** Every account with its owner and balance (S57-S59). */
export default function AccountsPage() {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const status = useText(statusText)
  const { values, set, clear, isActive, on } = useFilters(['q', 'state', 'active'])
  const filters = {
    q: values.q,
    status: STATES.find((state) => state === values.state),
    is_active: values.active === '' ? undefined : values.active === 'yes',
  }
  const list = useStaffList('accounts', filters, (ask, signal) => adminAPI.getAccounts({ ...ask, ...filters }, signal))
  const row = useOpenRow(list)
  const [adjusted, setAdjusted] = useState<StaffAccount | null>(null)
  const columns = useAccountColumns()
  return (
    <>
      <PageHeader title={pages('bankAccounts')} lead={pages('bankAccountsLead')} />
      <DataTable
        caption={pages('bankAccounts')}
        fileName="accounts"
        list={list}
        columns={columns}
        {...row.table}
        keys={[{ key: 'b', does: t('keyAdjust'), act: (account) => account.status === 'approved' && setAdjusted(account) }]}
        filtered={{ active: isActive, onClear: clear }}
        filters={
          <Toolbar search={<SearchFilter label={pages('searchAccounts')} value={values.q} onChange={(q) => set('q', q)} />} on={on}>
            <SelectFilter
              label={t('state')}
              value={values.state}
              onChange={(state) => set('state', state)}
              options={STATES.map((value) => ({ value, label: status(value) }))}
            />
            <SelectFilter
              label={pages('active')}
              value={values.active}
              onChange={(active) => set('active', active)}
              options={[{ value: 'yes', label: t('yes') }, { value: 'no', label: t('no') }]}
            />
          </Toolbar>
        }
        empty={
          <EmptyState icon={Building2} title={pages('noBankAccounts')}>
            {pages('noBankAccountsHint')}
          </EmptyState>
        }
      />
      <AccountPeek row={row} />
      {adjusted && <AdjustBalanceDialog account={adjusted} onClose={() => setAdjusted(null)} />}
    </>
  )
}
