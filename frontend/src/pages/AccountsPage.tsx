import { Plus, Wallet } from 'lucide-react'
import { useCallback } from 'react'
import { Link } from 'react-router'
import { AccountState } from '@/components/accounts/AccountState'
import { OpenAccount } from '@/components/accounts/OpenAccount'
import { maskedEnd } from '@/components/accounts/useAccountName'
import { EmptyState, ListFaces } from '@/components/ListFaces'
import { Money } from '@/components/Money'
import { PageHeader } from '@/components/PageHeader'
import { Status } from '@/components/Status'
import { Button } from '@/components/ui/Button'
import { Notice } from '@/components/ui/Notice'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { useSearchParam } from '@/lib/useSearchParam'
import { cn } from '@/lib/utils'
import { accountsText } from '@/locales/accounts'
import { useMyAccounts } from '@/services/queries/accounts'
import { isUsable } from '@/services/queries/money'
import type { Account } from '@/services/types'

/** All of one's accounts in every state, and asking for a new one (S87). */
export default function AccountsPage() {
  const t = useText(accountsText)
  const user = useUser()
  const query = useMyAccounts()
  const [open, setOpen] = useSearchParam<'' | 'yes'>('open', '')
  const close = useCallback(() => setOpen(''), [setOpen])
  const openButton = user.kyc_approved && (
    <Button icon={Plus} tone="primary" onClick={() => setOpen('yes')}>
      {t('open')}
    </Button>
  )
  return (
    <div className="column-list">
      <PageHeader title={t('title')} lead={t('lead')} actions={query.data?.length !== 0 && openButton} />
      {!user.kyc_approved && (
        <div className="mb-6">
          <Notice tone="wait" title={t('identityTitle')}>
            {t('identityHint')}
          </Notice>
        </div>
      )}
      <ListFaces
        query={query}
        items={(accounts) => accounts}
        empty={
          <EmptyState icon={Wallet} title={t('none')} action={openButton}>
            {t('noneHint')}
          </EmptyState>
        }
      >
        {(accounts) => (
          <>
            <Total accounts={accounts.filter(isUsable)} />
            <ul className={cn('grid gap-4', accounts.length > 1 && 'sm:grid-cols-2')}>
              {accounts.map((account) => (
                <li key={account.id}>
                  <AccountCard account={account} />
                </li>
              ))}
            </ul>
          </>
        )}
      </ListFaces>
      {open === 'yes' && user.kyc_approved && <OpenAccount onClose={close} />}
    </div>
  )
}

function Total({ accounts }: { accounts: readonly Account[] }) {
  const t = useText(accountsText)
  if (accounts.length < 2) return null
  return (
    <p className="mb-6">
      <span className="block text-small font-medium text-ink-2">{t('total')}</span>
      <Money minor={accounts.reduce((sum, account) => sum + fromWire(account.available), 0)} size="figure" />
    </p>
  )
}

function AccountCard({ account }: { account: Account }) {
  const t = useText(accountsText)
  const usable = isUsable(account)
  const [balance, available] = [fromWire(account.balance), fromWire(account.available)]
  return (
    <article className="card relative flex h-full flex-col gap-3 px-5 py-4 transition-colors has-[a:hover]:border-line-2">
      <header className="flex flex-wrap items-start justify-between gap-2">
        <h2 className="font-semibold">
          <Link to={paths.account(account.id)} className="after:absolute after:inset-0 after:rounded-lg">
            {t(account.account_type === 'savings' ? 'savings' : 'current')}
          </Link>
          <span className="tabular block text-small font-normal text-ink-3">{maskedEnd(account.account_number)}</span>
        </h2>
        {!usable && <Status of={account.status === 'approved' ? 'inactive' : account.status} />}
      </header>
      {account.status === 'approved' && (
        <p className="mt-auto">
          <Money minor={balance} size="figure" className="block" />
          {available !== balance && (
            <span className="tabular text-small text-wait">{t('held', { amount: formatMoney(balance - available) })}</span>
          )}
        </p>
      )}
      <AccountState account={account} />
    </article>
  )
}
