import { UserCheck, Wallet } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link } from 'react-router'
import { ActButton } from '@/components/admin/ActButton'
import { DecideAccountDialog } from '@/components/admin/acts/accountActs'
import { DecideKycDialog } from '@/components/admin/acts/userActs'
import { AccountPeek } from '@/components/admin/AccountPeek'
import { RowPerson, useAccountColumns } from '@/components/admin/columns'
import { DataTable, type DataColumn } from '@/components/admin/DataTable'
import { Part } from '@/components/admin/Facts'
import { nameOf } from '@/components/admin/names'
import { Peek } from '@/components/admin/Peek'
import { TrailHistory } from '@/components/admin/TrailHistory'
import { useOpenRow, type OpenRow } from '@/components/admin/useOpenRow'
import { UserFacts } from '@/components/admin/UserFacts'
import { EmptyState, Read } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { Tabs } from '@/components/ui/Tabs'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { useSearchParam } from '@/lib/useSearchParam'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { adminPagesText } from '@/locales/adminPages'
import { adminAPI } from '@/services/api'
import { useStaffList, useStaffUser, type StaffList } from '@/services/queries/admin'
import type { AdminUser, StaffAccount } from '@/services/types'

/** Identities and accounts that wait for a decision (S56, S60). Watched: a colleague may be quicker. */
export default function ApprovalsPage() {
  const t = useText(adminPagesText)
  const [tab, setTab] = useSearchParam<string>('tab', 'identity')
  const users = useStaffList('kyc', {}, (ask, signal) => adminAPI.getPendingKYC(ask, signal), { watch: true })
  const accounts = useStaffList('pending-accounts', {}, (ask, signal) => adminAPI.getAccounts({ ...ask, status: 'pending' }, signal), { watch: true })
  const tabs = [
    { value: 'identity', label: t('tabIdentity'), count: users.query.data?.length ?? 0, hasMore: users.hasMore, content: <Identities list={users} /> },
    { value: 'accounts', label: t('tabAccounts'), count: accounts.query.data?.length ?? 0, hasMore: accounts.hasMore, content: <Accounts list={accounts} /> },
  ] as const
  return (
    <>
      <PageHeader title={t('approvals')} lead={t('approvalsLead')} />
      <Tabs label={t('approvalKinds')} tabs={tabs} value={tab === 'accounts' ? 'accounts' : 'identity'} onChange={setTab} />
    </>
  )
}

function Identities({ list }: { list: StaffList<AdminUser> }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const row = useOpenRow(list)
  const [act, setAct] = useState<{ user: AdminUser; action: 'approve' | 'reject' } | null>(null)
  const columns = useMemo<DataColumn<AdminUser>[]>(
    () => [
      { key: 'person', title: t('person'), sortable: true, cell: (user) => <RowPerson id={user.id} name={nameOf(user)} detail={user.username} />, value: nameOf },
      { key: 'email', title: t('email'), from: 'md', sortable: true, cell: ({ email }) => email, value: ({ email }) => email },
      { key: 'phone', title: t('phone'), from: 'xl', cell: ({ phone }) => phone || '–', value: ({ phone }) => phone },
      { key: 'registered', title: pages('registered'), from: 'sm', sortable: true, cell: (user) => <When at={user.created_at} as="relative" />, value: (user) => user.created_at },
    ],
    [t, pages],
  )
  return (
    <>
      <DataTable
        caption={pages('waitingIdentity')}
        fileName="identities"
        list={list}
        columns={columns}
        {...row.table}
        keys={[
          { key: 'a', does: t('keyApprove'), act: (user) => setAct({ user, action: 'approve' }) },
          { key: 'r', does: t('keyReject'), act: (user) => setAct({ user, action: 'reject' }) },
        ]}
        empty={
          <EmptyState icon={UserCheck} title={pages('noIdentity')}>
            {pages('noIdentityHint')}
          </EmptyState>
        }
      />
      <IdentityPeek row={row} onDecide={(user, action) => setAct({ user, action })} />
      {act && <DecideKycDialog {...act} onClose={() => setAct(null)} onDone={row.close} />}
    </>
  )
}

function IdentityPeek({ row, onDecide }: { row: OpenRow; onDecide: (user: AdminUser, action: 'approve' | 'reject') => void }) {
  const t = useText(adminText)
  const acts = useText(adminActsText)
  const query = useStaffUser(row.id)
  const user = query.data
  if (row.id === null) return null
  return (
    <Peek
      row={row}
      title={user === undefined ? t('person') : nameOf(user)}
      keys={user && { a: () => onDecide(user, 'approve'), r: () => onDecide(user, 'reject') }}
      actions={
        user && (
          <>
            <ActButton hotkey="r" onClick={() => onDecide(user, 'reject')}>
              {acts('reject')}
            </ActButton>
            <ActButton hotkey="a" tone="primary" onClick={() => onDecide(user, 'approve')}>
              {acts('approve')}
            </ActButton>
          </>
        )
      }
    >
      <Read query={query}>
        {(found) => (
          <>
            <UserFacts user={found} />
            <Part
              title={t('history')}
              aside={
                <Link to={paths.adminCustomer(found.id)} className="text-small font-medium text-fjord hover:underline">
                  {t('openCustomer')}
                </Link>
              }
            >
              <TrailHistory type="user" id={found.id} />
            </Part>
          </>
        )}
      </Read>
    </Peek>
  )
}

/** Who asks for what has room on a phone; the rest stands in the sheet. */
const WIDER: Readonly<Record<string, 'sm'>> = { number: 'sm', opened: 'sm' }

function Accounts({ list }: { list: StaffList<StaffAccount> }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  const row = useOpenRow(list)
  const [act, setAct] = useState<{ account: StaffAccount; action: 'approve' | 'reject' } | null>(null)
  const all = useAccountColumns()
  const columns = useMemo(() => all.filter(({ key }) => !['balance', 'available', 'state'].includes(key)).map((column) => ({ ...column, from: WIDER[column.key] })), [all])
  return (
    <>
      <DataTable
        caption={pages('waitingAccounts')}
        fileName="accounts-waiting"
        list={list}
        columns={columns}
        {...row.table}
        keys={[
          { key: 'a', does: t('keyApprove'), act: (account) => setAct({ account, action: 'approve' }) },
          { key: 'r', does: t('keyReject'), act: (account) => setAct({ account, action: 'reject' }) },
        ]}
        empty={
          <EmptyState icon={Wallet} title={pages('noAccounts')}>
            {pages('noAccountsHint')}
          </EmptyState>
        }
      />
      <AccountPeek row={row} onDecided={row.close} />
      {act && <DecideAccountDialog {...act} onClose={() => setAct(null)} onDone={row.close} />}
    </>
  )
}
