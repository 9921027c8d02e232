import { Users } from 'lucide-react'
import { useMemo } from 'react'
import { useNavigate } from 'react-router'
import { RowPerson } from '@/components/admin/columns'
import { DataTable, type DataColumn } from '@/components/admin/DataTable'
import { nameOf } from '@/components/admin/names'
import { SearchFilter, SelectFilter, Toolbar } from '@/components/admin/Toolbar'
import { useFilters } from '@/components/admin/useFilters'
import { kycState } from '@/components/admin/UserFacts'
import { EmptyState } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { Status } from '@/components/Status'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { statusText } from '@/locales/status'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { AdminUser } from '@/services/types'

const ROLES = ['customer', 'admin'] as const
const YES_NO = { yes: true, no: false } as const

/** Everybody who can sign in (S54); Enter opens one on a page of their own. */
export default function CustomersPage() {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const navigate = useNavigate()
  const { values, set, clear, isActive, on } = useFilters(['q', 'role', 'identity', 'access'])
  const filters = {
    q: values.q,
    role: ROLES.find((role) => role === values.role),
    kyc_approved: YES_NO[values.identity as keyof typeof YES_NO],
    is_active: YES_NO[values.access as keyof typeof YES_NO],
  }
  const list = useStaffList('users', filters, (ask, signal) => adminAPI.getUsers({ ...ask, ...filters }, signal))
  const columns = useCustomerColumns()
  return (
    <>
      <PageHeader title={pages('customers')} lead={pages('customersLead')} />
      <DataTable
        caption={pages('customers')}
        fileName="customers"
        list={list}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate(paths.adminCustomer(id))}
        filtered={{ active: isActive, onClear: clear }}
        filters={
          <Toolbar search={<SearchFilter label={pages('searchCustomers')} value={values.q} onChange={(q) => set('q', q)} />} on={on}>
            <SelectFilter
              label={t('role')}
              value={values.role}
              onChange={(role) => set('role', role)}
              options={[{ value: 'customer', label: t('roleCustomer') }, { value: 'admin', label: t('roleAdmin') }]}
            />
            <SelectFilter
              label={t('identity')}
              value={values.identity}
              onChange={(identity) => set('identity', identity)}
              options={[{ value: 'yes', label: pages('confirmed') }, { value: 'no', label: pages('notConfirmed') }]}
            />
            <SelectFilter
              label={t('access')}
              value={values.access}
              onChange={(access) => set('access', access)}
              options={[{ value: 'yes', label: pages('accessOn') }, { value: 'no', label: pages('accessOff') }]}
            />
          </Toolbar>
        }
        empty={
          <EmptyState icon={Users} title={pages('noCustomers')}>
            {pages('noCustomersHint')}
          </EmptyState>
        }
      />
    </>
  )
}

function useCustomerColumns(): DataColumn<AdminUser>[] {
  const t = useText(adminText)
  const status = useText(statusText)
  return useMemo(
    () => [
      { key: 'person', title: t('person'), sortable: true, cell: (user) => <RowPerson id={user.id} name={nameOf(user)} detail={user.username} />, value: nameOf },
      { key: 'email', title: t('email'), from: 'lg', sortable: true, cell: ({ email }) => <span className="block max-w-64 truncate">{email}</span>, value: ({ email }) => email },
      {
        key: 'role',
        title: t('role'),
        from: 'lg',
        sortable: true,
        cell: ({ role }) => (role === 'admin' ? t('roleAdmin') : t('roleCustomer')),
        value: ({ role }) => role,
      },
      { key: 'identity', title: t('identity'), from: 'md', sortable: true, cell: (user) => <Status of={kycState(user)} />, value: (user) => status(kycState(user)) },
      {
        key: 'access',
        title: t('access'),
        sortable: true,
        cell: (user) => <Status of={user.is_active ? 'active' : 'inactive'} />,
        value: (user) => status(user.is_active ? 'active' : 'inactive'),
      },
      { key: 'since', title: t('since'), from: 'xl', sortable: true, cell: (user) => <When at={user.created_at} as="date" />, value: (user) => user.created_at },
      {
        key: 'seen',
        title: t('lastSeen'),
        from: 'xl',
        sortable: true,
        cell: (user) => (user.last_login_at === null ? <span className="text-ink-2">{t('never')}</span> : <When at={user.last_login_at} as="relative" />),
        value: (user) => user.last_login_at,
      },
    ],
    [t, status],
  )
}
