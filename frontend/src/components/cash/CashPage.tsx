import { ArrowDownToLine, ArrowUpFromLine } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { useText } from '@/lib/i18n'
import { idIn, paths } from '@/lib/paths'
import { cashText } from '@/locales/cash'
import { activityOf } from '@/services/activity'
import { useMyAccounts } from '@/services/queries/accounts'
import { isUsable } from '@/services/queries/money'
import { useHistory } from '@/services/queries/transactions'
import type { Account } from '@/services/types'
import { useUser } from '@/contexts/AuthContext'
import { ActivityFeed } from '../activity/ActivityFeed'
import { EmptyState, ListFaces, LoadMore, Read, SkeletonRows } from '../ListFaces'
import { PageHeader } from '../PageHeader'
import { Progress } from '../payment/Progress'
import { NeedAccount } from '../transfer/NeedAccount'
import { NeedMoney } from '../transfer/NeedMoney'
import { ButtonLink } from '../ui/Button'
import { CashForm, type CashKind } from './CashForm'

const ADDRESSES = { deposit: paths.deposit, withdrawal: paths.withdraw }

/** Paying in and taking out: the request, what became of it, and all of them so far. */
export function CashPage({ kind }: { kind: CashKind }) {
  const t = useText(cashText)
  const [params] = useSearchParams()
  const payment = idIn(params.get('payment'))
  const paysIn = kind === 'deposit'
  const accounts = useMyAccounts()
  return (
    <div className="column flex flex-col gap-10">
      <div>
        <PageHeader title={paysIn ? t('inTitle') : t('outTitle')} lead={paysIn ? t('inLead') : t('outLead')} />
        {payment !== null ? (
          <Progress transactionId={payment} actions={() => <ButtonLink to={ADDRESSES[kind]}>{t('another')}</ButtonLink>} />
        ) : (
          <Ask kind={kind} />
        )}
      </div>
      {/* Only below a form that stands: it would be pushed down by it. What was just asked for is told above, and found a little
          later; without any account there is no past. */}
      {payment === null && !accounts.isPending && accounts.data?.length !== 0 && <Past kind={kind} />}
    </div>
  )
}

function Ask({ kind }: { kind: CashKind }) {
  return (
    <Read query={useMyAccounts()} skeleton={<SkeletonRows rows={3} />}>
      {(accounts) => <AskFor kind={kind} accounts={accounts} />}
    </Read>
  )
}

function AskFor({ kind, accounts }: { kind: CashKind; accounts: readonly Account[] }) {
  const t = useText(cashText)
  const usable = accounts.filter(isUsable)
  if (usable.length === 0) return <NeedAccount accounts={accounts} hint={t('needAccountHint')} />
  const form = <CashForm kind={kind} accounts={usable} address={ADDRESSES[kind]} />
  return kind === 'deposit' ? form : <NeedMoney accounts={usable} draft="withdrawal">{form}</NeedMoney>
}

function Past({ kind }: { kind: CashKind }) {
  const t = useText(cashText)
  const user = useUser()
  const query = useHistory({ kind })
  const paysIn = kind === 'deposit'
  return (
    <section aria-labelledby="past">
      <h2 id="past" className="mb-3 text-title font-semibold">
        {paysIn ? t('inHistory') : t('outHistory')}
      </h2>
      <div className="card py-4">
        <ListFaces
          query={query}
          items={({ pages }) => pages.flatMap(({ items }) => items)}
          skeleton={<SkeletonRows rows={3} />}
          empty={
            <EmptyState icon={paysIn ? ArrowDownToLine : ArrowUpFromLine} title={paysIn ? t('inNone') : t('outNone')}>
              {t('noneHint')}
            </EmptyState>
          }
        >
          {(items) => <ActivityFeed activities={items.map((transaction) => activityOf(transaction, user.id))} />}
        </ListFaces>
        <LoadMore hasMore={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} />
      </div>
    </section>
  )
}
