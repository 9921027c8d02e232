import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import type { Transaction } from '@/services/types'
import { SkeletonRows } from '../ListFaces'
import { Money } from '../Money'
import { Status } from '../Status'
import { When } from '../When'
import { kindName } from './words'

const SHOWN = 8

type Whose = { userId: number } | { accountId: number }

/** The latest payments of a person or an account, as one sees them when deciding about another. */
export function RecentPayments({ whose, except }: { whose: Whose; except?: number }) {
  const t = useText(adminText)
  const filter = 'userId' in whose ? { user_id: whose.userId } : { account_id: whose.accountId }
  const { query } = useStaffList('recent', filter, (ask, signal) => adminAPI.getTransactions({ ...ask, ...filter }, signal))
  if (query.data === undefined) return query.isPending ? <SkeletonRows rows={3} /> : null
  const rows = query.data.filter(({ id }) => id !== except).slice(0, SHOWN)
  if (rows.length === 0) return <p className="text-small text-ink-2">{t('noPayments')}</p>
  return (
    <ul className="text-small">
      {rows.map((payment) => (
        <li key={payment.id} className="border-t border-line-1 first:border-t-0">
          <Link to={`${paths.adminTransactions}?open=${payment.id}`} className="-mx-2 flex items-center justify-between gap-4 rounded-sm px-2 py-2 hover:bg-surface-2">
            <span className="min-w-0">
              <span className="block truncate font-medium">{otherSide(payment, whose) || kindName(t, payment.kind)}</span>
              <span className="block text-micro text-ink-2">
                <When at={payment.timestamp} />
              </span>
            </span>
            <span className="flex shrink-0 items-center gap-3">
              {payment.status !== 'SUCCESS' && <Status of={payment.status} />}
              <Money minor={fromWire(payment.amount)} direction={isOut(payment, whose) ? 'out' : 'in'} void={payment.status === 'FAILED'} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function isOut(payment: Transaction, whose: Whose): boolean {
  if ('accountId' in whose) return payment.src_account === whose.accountId
  return payment.src_user_id === whose.userId && payment.src_account !== null
}

function otherSide(payment: Transaction, whose: Whose): string {
  if (payment.kind !== 'transfer' && payment.kind !== 'refund') return ''
  return isOut(payment, whose) ? payment.dest_user_name : payment.src_user_name
}
