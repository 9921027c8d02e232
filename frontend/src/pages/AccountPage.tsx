import { ArrowDownToLine, ArrowLeftRight, ArrowUpFromLine, ReceiptText, Send } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { AccountGate } from '@/components/accounts/AccountGate'
import { AccountState } from '@/components/accounts/AccountState'
import { BalanceGraph } from '@/components/accounts/BalanceGraph'
import { ActivityFeed } from '@/components/activity/ActivityFeed'
import { CopyButton } from '@/components/CopyButton'
import { EmptyState, ListFaces } from '@/components/ListFaces'
import { Money } from '@/components/Money'
import { PageHeader } from '@/components/PageHeader'
import { Status } from '@/components/Status'
import { ButtonLink } from '@/components/ui/Button'
import { When } from '@/components/When'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { idIn, paths } from '@/lib/paths'
import { accountsText } from '@/locales/accounts'
import { activityOf } from '@/services/activity'
import { isUsable } from '@/services/queries/money'
import { useHistory } from '@/services/queries/transactions'
import type { Account } from '@/services/types'

const LATEST = 6

/** One account: what is on it, how that came about, and what can be done with it. */
export default function AccountPage() {
  const { accountId } = useParams()
  return <AccountGate accountId={idIn(accountId)}>{(account) => <Detail account={account} />}</AccountGate>
}

function Detail({ account }: { account: Account }) {
  const t = useText(accountsText)
  const opened = account.status === 'approved'
  return (
    <div className="column-list flex flex-col gap-8">
      <div className="-mb-6">
        <PageHeader title={t(account.account_type === 'savings' ? 'savings' : 'current')} back={{ to: paths.accounts, label: t('back') }} />
      </div>
      {opened && <Balance account={account} />}
      {!isUsable(account) && (
        <div className="flex flex-col items-start gap-2">
          <Status of={opened ? 'inactive' : account.status} />
          <AccountState account={account} />
        </div>
      )}
      {isUsable(account) && <Acts account={account} />}
      {opened && <BalanceGraph accountId={account.id} />}
      {opened && <Latest account={account} />}
      <Facts account={account} />
    </div>
  )
}

function Balance({ account }: { account: Account }) {
  const t = useText(accountsText)
  const [balance, available] = [fromWire(account.balance), fromWire(account.available)]
  return (
    <section aria-labelledby="balance">
      <h2 id="balance" className="text-small font-medium text-ink-2">
        {t('balance')}
      </h2>
      <p>
        <Money minor={balance} size="balance" />
      </p>
      {available !== balance && (
        <p className="tabular text-ink-2">
          {t('available', { amount: formatMoney(available) })} · <span className="text-wait">{t('held', { amount: formatMoney(balance - available) })}</span>
        </p>
      )}
    </section>
  )
}

function Acts({ account }: { account: Account }) {
  const t = useText(accountsText)
  return (
    <div className="grid grid-cols-2 gap-3 sm:flex">
      <ButtonLink to={`${paths.transfer}?from=${account.id}`} tone="primary" icon={Send}>
        {t('send')}
      </ButtonLink>
      <ButtonLink to={`${paths.deposit}?account=${account.id}`} icon={ArrowDownToLine}>
        {t('payIn')}
      </ButtonLink>
      <ButtonLink to={`${paths.withdraw}?account=${account.id}`} icon={ArrowUpFromLine}>
        {t('takeOut')}
      </ButtonLink>
      <ButtonLink to={paths.statement(account.id)} icon={ReceiptText}>
        {t('statement')}
      </ButtonLink>
    </div>
  )
}

function Latest({ account }: { account: Account }) {
  const t = useText(accountsText)
  const user = useUser()
  const query = useHistory({ accountId: account.id })
  return (
    <section aria-labelledby="latest">
      <div className="mb-3 flex items-baseline justify-between gap-4">
        <h2 id="latest" className="text-title font-semibold">
          {t('recent')}
        </h2>
        <Link data-press to={paths.statement(account.id)} className="text-small font-semibold text-fjord hover:underline">
          {t('all')}
        </Link>
      </div>
      <div className="card py-4">
        <ListFaces
          query={query}
          items={({ pages }) => pages[0]?.items.slice(0, LATEST) ?? []}
          empty={
            <EmptyState icon={ArrowLeftRight} title={t('nothing')}>
              {t('nothingHint')}
            </EmptyState>
          }
        >
          {(items) => <ActivityFeed activities={items.map((transaction) => activityOf(transaction, user.id, account.id))} />}
        </ListFaces>
      </div>
    </section>
  )
}

function Facts({ account }: { account: Account }) {
  const t = useText(accountsText)
  return (
    <dl className="card divide-y divide-line-1 px-4">
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-6 py-2">
        <dt className="text-ink-2">{t('number')}</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <span className="tabular">{account.account_number}</span>
          <CopyButton text={account.account_number} label={t('copy')} done={t('copied')} />
        </dd>
      </div>
      <div className="flex min-h-14 flex-wrap items-center justify-between gap-x-6 py-2">
        <dt className="text-ink-2">{t('opened')}</dt>
        <dd>
          <When at={account.created_at} as="date" />
        </dd>
      </div>
    </dl>
  )
}
