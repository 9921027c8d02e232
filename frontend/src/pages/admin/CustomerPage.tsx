import { UserX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link, useParams } from 'react-router'
import { ChangeAccessDialog, ChangeNameDialog, ChangeRoleDialog, DecideKycDialog, UnlockDialog } from '@/components/admin/acts/userActs'
import { AccountPeek } from '@/components/admin/AccountPeek'
import { useAccountColumns } from '@/components/admin/columns'
import { nameOf } from '@/components/admin/names'
import { RecentPayments } from '@/components/admin/RecentPayments'
import { TrailHistory } from '@/components/admin/TrailHistory'
import { useOpenRow } from '@/components/admin/useOpenRow'
import { UserFacts } from '@/components/admin/UserFacts'
import { EmptyState, ListFaces, Read, SkeletonRows } from '@/components/ListFaces'
import { PageHeader, useTitle } from '@/components/PageHeader'
import { Button, ButtonLink } from '@/components/ui/Button'
import { Table } from '@/components/ui/Table'
import { useUser } from '@/contexts/AuthContext'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { idIn, paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { adminPagesText } from '@/locales/adminPages'
import { adminAPI } from '@/services/api'
import { useStaffList, useStaffUser } from '@/services/queries/admin'
import type { AdminUser } from '@/services/types'

/** One person: who they are, what they have, what moved, what was decided, and what staff may do about them (S55). */
export default function CustomerPage() {
  const { userId } = useParams()
  const id = idIn(userId)
  const query = useStaffUser(id)
  const t = useText(adminPagesText)
  useTitle(query.data ? nameOf(query.data) : t('customers'))
  if (id === null || (query.error instanceof ApiError && query.error.status === 404)) return <NoSuchCustomer />
  return <Read query={query}>{(user) => <Customer user={user} />}</Read>
}

function NoSuchCustomer() {
  const t = useText(adminPagesText)
  return <EmptyState page icon={UserX} title={t('noSuchCustomer')} action={<ButtonLink to={paths.adminCustomers}>{t('backToCustomers')}</ButtonLink>} />
}

function Customer({ user }: { user: AdminUser }) {
  const t = useText(adminText)
  const pages = useText(adminPagesText)
  return (
    <>
      <PageHeader title={nameOf(user)} lead={user.email} back={{ to: paths.adminCustomers, label: pages('backToCustomers') }} actions={<Acts user={user} />} />
      <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="flex min-w-0 flex-col gap-8">
          <section aria-labelledby="accounts">
            <h2 id="accounts" className="mb-3 text-title font-semibold">
              {pages('otherAccounts')}
            </h2>
            <Accounts userId={user.id} />
          </section>
          <section aria-labelledby="payments">
            <div className="mb-1 flex items-baseline justify-between gap-4">
              <h2 id="payments" className="text-title font-semibold">
                {t('recentPayments')}
              </h2>
              <Link to={`${paths.adminTransactions}?${new URLSearchParams({ party: nameOf(user) })}`} className="text-small font-semibold text-fjord hover:underline">
                {t('allPayments')}
              </Link>
            </div>
            <RecentPayments whose={{ userId: user.id }} />
          </section>
        </div>
        <div className="flex flex-col gap-6">
          <div className="card px-4 py-2">
            <UserFacts user={user} />
          </div>
          <section aria-labelledby="history" className="card p-4">
            <h2 id="history" className="font-semibold">
              {t('history')}
            </h2>
            <TrailHistory type="user" id={user.id} />
          </section>
        </div>
      </div>
    </>
  )
}

/** Beside the person's own facts there is less room than in the list of all accounts. */
const NARROW: Readonly<Record<string, 'sm' | 'xl'>> = { type: 'sm', available: 'xl' }

function Accounts({ userId }: { userId: number }) {
  const pages = useText(adminPagesText)
  const list = useStaffList('accounts', { userId }, (ask, signal) => adminAPI.getAccounts({ ...ask, user_id: userId }, signal))
  const row = useOpenRow(list)
  const all = useAccountColumns()
  const columns = useMemo(() => all.filter(({ key }) => !['owner', 'opened'].includes(key)).map((column) => ({ ...column, from: NARROW[column.key] })), [all])
  return (
    <>
      <ListFaces query={list.query} items={(rows) => rows} skeleton={<SkeletonRows rows={2} />} empty={<p className="text-ink-2">{pages('noAccountYet')}</p>}>
        {(rows) => <Table caption={pages('otherAccounts')} columns={columns} rows={rows} {...row.table} />}
      </ListFaces>
      <AccountPeek row={row} />
    </>
  )
}

type Act = 'approve' | 'reject' | 'name' | 'role' | 'access' | 'unlock'

function Acts({ user }: { user: AdminUser }) {
  const t = useText(adminActsText)
  const self = useUser()
  const [act, setAct] = useState<Act | null>(null)
  const close = (): void => setAct(null)
  const isCustomer = user.role === 'customer'
  return (
    <>
      {user.id !== self.id && (
        <>
          <Button size="small" onClick={() => setAct('name')}>
            {t('changeName')}
          </Button>
          <Button size="small" onClick={() => setAct('role')}>
            {isCustomer ? t('makeAdmin') : t('makeCustomer')}
          </Button>
          <Button size="small" onClick={() => setAct('access')}>
            {user.is_active ? t('userOff') : t('userOn')}
          </Button>
          {user.is_locked && (
            <Button size="small" onClick={() => setAct('unlock')}>
              {t('unlock')}
            </Button>
          )}
        </>
      )}
      {isCustomer && (user.kyc_approved || user.kyc_rejected_at === null) && (
        <Button size="small" onClick={() => setAct('reject')}>
          {t('rejectIdentity')}
        </Button>
      )}
      {isCustomer && !user.kyc_approved && (
        <Button size="small" tone="primary" onClick={() => setAct('approve')}>
          {t('approveIdentity')}
        </Button>
      )}
      {(act === 'approve' || act === 'reject') && <DecideKycDialog user={user} action={act} onClose={close} />}
      {act === 'name' && <ChangeNameDialog user={user} onClose={close} />}
      {act === 'role' && <ChangeRoleDialog user={user} onClose={close} />}
      {act === 'unlock' && <UnlockDialog user={user} onClose={close} />}
      {act === 'access' && <ChangeAccessDialog user={user} onClose={close} />}
    </>
  )
}
