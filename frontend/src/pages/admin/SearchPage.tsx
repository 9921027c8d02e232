import { Search, SearchX } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { subjectPath } from '@/components/admin/actColumns'
import { LogTable } from '@/components/admin/LogTable'
import { nameOf } from '@/components/admin/names'
import { SearchFilter, Toolbar } from '@/components/admin/Toolbar'
import { actionName, kindName, subjectName } from '@/components/admin/words'
import { EmptyState, Read } from '@/components/ListFaces'
import { Money } from '@/components/Money'
import { PageHeader } from '@/components/PageHeader'
import { Person } from '@/components/Person'
import { Status } from '@/components/Status'
import { Notice } from '@/components/ui/Notice'
import { Tabs } from '@/components/ui/Tabs'
import { When } from '@/components/When'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { useSearchParam } from '@/lib/useSearchParam'
import { adminText } from '@/locales/admin'
import { adminPagesText } from '@/locales/adminPages'
import { adminTrailText } from '@/locales/adminTrail'
import { useEverything } from '@/services/queries/admin'
import type { Everything, FoundAct, FoundCustomer, Transaction } from '@/services/types'

/** Payments, people and acts by the same words, and the logs beside them (S70). */
export default function SearchPage() {
  const t = useText(adminPagesText)
  const [tab, setTab] = useSearchParam<string>('tab', 'bank')
  return (
    <>
      <PageHeader title={t('find')} lead={t('findLead')} />
      <Tabs
        label={t('findKinds')}
        value={tab === 'logs' ? 'logs' : 'bank'}
        onChange={setTab}
        tabs={[
          { value: 'bank', label: t('tabEverything'), content: <Bank /> },
          { value: 'logs', label: t('tabLogs'), content: <LogTable /> },
        ]}
      />
    </>
  )
}

function Bank() {
  const t = useText(adminPagesText)
  const [q, setQ] = useSearchParam<string>('q', '')
  const query = useEverything(q)
  return (
    <div className="flex flex-col gap-6">
      <Toolbar search={<SearchFilter label={t('findLabel')} value={q} onChange={setQ} />} />
      {q.trim() === '' ? (
        <EmptyState icon={Search} title={t('findStart')}>
          {t('findStartHint')}
        </EmptyState>
      ) : (
        <Read query={query}>{(found) => <Found found={found} q={q} />}</Read>
      )}
    </div>
  )
}

function Found({ found, q }: { found: Everything; q: string }) {
  const t = useText(adminPagesText)
  const { transactions, customers, audit } = found
  const total = (transactions?.total ?? 0) + (customers?.total ?? 0) + (audit?.total ?? 0)
  if (total === 0) return <EmptyState icon={SearchX} title={t('findNothing')}>{t('findStartHint')}</EmptyState>
  return (
    <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-2">
      {found.degraded && (
        <div className="lg:col-span-2">
          <Notice tone="calm" title={t('degraded')} />
        </div>
      )}
      <Group title={t('payments')} total={transactions?.total ?? 0} all={`${paths.adminTransactions}?${new URLSearchParams({ q })}`}>
        {transactions?.items.map((payment) => <PaymentRow key={payment.id} payment={payment} />)}
      </Group>
      <div className="flex flex-col gap-6">
        <Group title={t('customers')} total={customers?.total ?? 0} all={`${paths.adminCustomers}?${new URLSearchParams({ q })}`}>
          {customers?.items.map((user) => <CustomerRow key={user.id} user={user} />)}
        </Group>
        <Group title={t('trail')} total={audit?.total ?? 0} all={paths.adminAudit}>
          {audit?.items.map((act) => <ActRow key={`${act.occurred_at}${act.action}${act.subject_id}`} act={act} />)}
        </Group>
      </div>
    </div>
  )
}

function Group({ title, total, all, children }: { title: string; total: number; all: string; children: ReactNode }) {
  const t = useText(adminPagesText)
  if (total === 0) return null
  return (
    <section className="card overflow-clip">
      <h2 className="flex items-baseline justify-between gap-4 px-4 pt-3 pb-2">
        <span className="font-semibold">{title}</span>
        <Link to={all} className="text-small font-medium text-fjord hover:underline">
          {t('found', { count: total })}
        </Link>
      </h2>
      <ul>{children}</ul>
    </section>
  )
}

function Row({ to, children }: { to: string | null; children: ReactNode }) {
  const looks = 'flex min-h-12 items-center justify-between gap-4 border-t border-line-1 px-4 py-2 text-small'
  return <li>{to === null ? <div className={looks}>{children}</div> : <Link to={to} className={`${looks} -outline-offset-2 hover:bg-surface-2`}>{children}</Link>}</li>
}

function PaymentRow({ payment }: { payment: Transaction }) {
  const t = useText(adminText)
  return (
    <Row to={`${paths.adminTransactions}?open=${payment.id}`}>
      <span className="min-w-0">
        <span className="block truncate font-medium">
          {payment.src_account === null ? t('theBank') : payment.src_user_name} → {payment.dest_account === null ? t('theBank') : payment.dest_user_name}
        </span>
        <span className="block truncate text-micro text-ink-2">
          {payment.note || kindName(t, payment.kind)} · <When at={payment.timestamp} />
        </span>
      </span>
      <span className="flex shrink-0 items-center gap-3">
        {payment.status !== 'SUCCESS' && <Status of={payment.status} />}
        <Money minor={fromWire(payment.amount)} void={payment.status === 'FAILED'} />
      </span>
    </Row>
  )
}

function CustomerRow({ user }: { user: FoundCustomer }) {
  return (
    <Row to={paths.adminCustomer(user.id)}>
      <Person id={user.id} name={nameOf(user)} detail={user.email} size="small" />
      <Status of={user.is_active ? 'active' : 'inactive'} />
    </Row>
  )
}

function ActRow({ act }: { act: FoundAct }) {
  const t = useText(adminTrailText)
  return (
    <Row to={subjectPath(act.subject_type, act.subject_id)}>
      <span className="min-w-0">
        <span className="block truncate font-medium">{actionName(t, act)}</span>
        <span className="block text-micro text-ink-2">{subjectName(t, act.subject_type, act.subject_id)}</span>
      </span>
      <span className="shrink-0 text-ink-2">
        <When at={act.occurred_at} />
      </span>
    </Row>
  )
}
