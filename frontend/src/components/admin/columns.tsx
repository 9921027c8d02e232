import { useMemo } from 'react'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { adminText } from '@/locales/admin'
import { statusText } from '@/locales/status'
import type { StaffAccount, Transaction } from '@/services/types'
import { Money } from '../Money'
import { Avatar } from '../Person'
import { Status, type StatusName } from '../Status'
import { When } from '../When'
import type { DataColumn } from './DataTable'
import { nameOf } from './names'
import { kindName } from './words'

/** A person in a row: a small face, the name, and what tells two of the same name apart. */
export function RowPerson({ id, name, detail }: { id: number; name: string; detail?: string | undefined }) {
  return (
    <span className="flex min-w-0 items-center gap-2.5">
      <Avatar id={id} name={name} size="small" />
      <span className="min-w-0">
        <span className="block max-w-40 truncate font-medium max-sm:max-w-28 2xl:max-w-56" title={name}>
          {name}
        </span>
        {detail && <span className="block max-w-40 truncate text-micro text-ink-2 max-sm:max-w-28 2xl:max-w-56">{detail}</span>}
      </span>
    </span>
  )
}

/** The name of a payment's side, cut where it is long. */
function Side({ name, number }: { name: string; number: string | null }) {
  return (
    <>
      <span className="block max-w-36 truncate font-medium max-sm:max-w-24 2xl:max-w-48" title={name}>
        {name}
      </span>
      {number && <span className="tabular block text-micro text-ink-2">{number}</span>}
    </>
  )
}

/** The columns of payments, wherever they are listed. Amounts in a file are rupees. */
export function usePaymentColumns(sortable: { time: boolean; amount: boolean }): DataColumn<Transaction>[] {
  const t = useText(adminText)
  const status = useText(statusText)
  const { time, amount } = sortable
  return useMemo(
    () => [
      { key: 'time', title: t('time'), from: 'md', sortable: time, cell: ({ timestamp }) => <When at={timestamp} />, value: ({ timestamp }) => timestamp },
      { key: 'number', title: t('number'), from: 'xl', cell: ({ id }) => <span className="tabular text-ink-2">{id}</span>, value: ({ id }) => id },
      {
        key: 'from',
        title: t('from'),
        cell: (row) => (row.src_account === null ? <span className="text-ink-2">{t('theBank')}</span> : <Side name={row.src_user_name} number={row.src_account_number} />),
        value: (row) => (row.src_account === null ? t('theBank') : row.src_user_name),
      },
      {
        key: 'to',
        title: t('to'),
        cell: (row) => (row.dest_account === null ? <span className="text-ink-2">{t('theBank')}</span> : <Side name={row.dest_user_name} number={row.dest_account_number} />),
        value: (row) => (row.dest_account === null ? t('theBank') : row.dest_user_name),
      },
      { key: 'kind', title: t('kind'), from: 'xl', cell: ({ kind }) => kindName(t, kind), value: ({ kind }) => kindName(t, kind) },
      { key: 'note', title: t('note'), from: 'xl', cell: ({ note }) => <span className="block max-w-28 truncate text-ink-2 2xl:max-w-40" title={note}>{note}</span>, value: ({ note }) => note },
      { key: 'state', title: t('state'), from: 'sm', cell: (row) => <Status of={row.status} />, value: (row) => status(row.status) },
      {
        key: 'amount',
        title: t('amount'),
        align: 'right',
        sortable: amount,
        cell: (row) => <Money minor={fromWire(row.amount)} void={row.status === 'FAILED'} className="font-medium" />,
        value: (row) => row.amount,
      },
    ],
    [t, status, time, amount],
  )
}

/** What an account's state is called: decided on, and then on or off. */
export function accountState(account: StaffAccount): StatusName {
  if (account.status !== 'approved') return account.status
  return account.is_active ? 'active' : 'inactive'
}

/** The columns of accounts. */
export function useAccountColumns(): DataColumn<StaffAccount>[] {
  const t = useText(adminText)
  const status = useText(statusText)
  return useMemo(
    () => [
      { key: 'number', title: t('accountNumber'), from: 'md', sortable: true, cell: (row) => <span className="tabular">{row.account_number}</span>, value: (row) => row.account_number },
      {
        key: 'owner',
        title: t('owner'),
        sortable: true,
        cell: (row) => <RowPerson id={row.user_id} name={nameOf(row)} detail={row.username} />,
        value: (row) => nameOf(row),
      },
      {
        key: 'type',
        title: t('type'),
        from: 'lg',
        sortable: true,
        cell: (row) => (row.account_type === 'savings' ? t('savings') : t('current')),
        value: (row) => (row.account_type === 'savings' ? t('savings') : t('current')),
      },
      { key: 'state', title: t('state'), from: 'sm', sortable: true, cell: (row) => <Status of={accountState(row)} />, value: (row) => status(accountState(row)) },
      { key: 'opened', title: t('opened'), from: 'xl', sortable: true, cell: (row) => <When at={row.created_at} as="date" />, value: (row) => row.created_at },
      { key: 'available', title: t('available'), from: 'lg', align: 'right', sortable: true, cell: (row) => <Money minor={fromWire(row.available)} />, value: (row) => row.available },
      {
        key: 'balance',
        title: t('balance'),
        align: 'right',
        sortable: true,
        cell: (row) => <Money minor={fromWire(row.balance)} className="font-medium" />,
        value: (row) => row.balance,
      },
    ],
    [t, status],
  )
}
