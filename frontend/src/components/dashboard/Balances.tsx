import { ArrowDownToLine, ArrowUpFromLine, ChevronRight, Eye, EyeOff, Send } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { useCountTo } from '@/lib/useCountTo'
import { dashboardText } from '@/locales/dashboard'
import { isUsable } from '@/services/queries/money'
import type { Account } from '@/services/types'
import { Money } from '../Money'
import { ButtonLink, IconButton } from '../ui/Button'

interface Props {
  accounts: readonly Account[]
  hidden: boolean
  onHide: (hidden: boolean) => void
  /** Stands between what can be done and the accounts. */
  children?: ReactNode
}

/** What do I have: one number, what can be done with it, and the accounts it is made of where they are several. */
export function Balances({ accounts, hidden, onHide, children }: Props) {
  const t = useText(dashboardText)
  const usable = accounts.filter(isUsable)
  const total = usable.reduce((sum, account) => sum + fromWire(account.available), 0)
  const shown = useCountTo(total)
  return (
    <div className="flex flex-col gap-5">
      <section aria-labelledby="available">
        <div className="flex items-center gap-1">
          <h2 id="available" className="text-small font-medium text-ink-2">
            {t('available')}
            {usable.length > 1 && <> {t('accountsOf', { count: usable.length })}</>}
          </h2>
          <IconButton icon={hidden ? Eye : EyeOff} label={hidden ? t('show') : t('hide')} onClick={() => onHide(!hidden)} className="-my-2" />
        </div>
        <p>
          <Money minor={shown} size="balance" hidden={hidden} />
        </p>
        {usable.length === 1 && usable.map((account) => <OnlyAccount key={account.id} account={account} hidden={hidden} />)}
      </section>
      {usable.length > 0 && <Acts empty={total <= 0} />}
      {children}
      {usable.length > 1 && (
        <ul className="grid gap-3 sm:grid-cols-2">
          {usable.map((account) => (
            <li key={account.id}>
              <AccountCard account={account} hidden={hidden} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** Who has nothing yet is asked to pay in first. */
function Acts({ empty }: { empty: boolean }) {
  const t = useText(dashboardText)
  return (
    <div className="grid grid-cols-2 gap-3 sm:flex">
      <ButtonLink to={paths.transfer} tone={empty ? 'plain' : 'primary'} icon={Send} className="max-sm:col-span-2">
        {t('sendMoney')}
      </ButtonLink>
      <ButtonLink to={paths.deposit} tone={empty ? 'primary' : 'plain'} icon={ArrowDownToLine}>
        {t('deposit')}
      </ButtonLink>
      <ButtonLink to={paths.withdraw} icon={ArrowUpFromLine}>
        {t('withdraw')}
      </ButtonLink>
    </div>
  )
}

/** The one account that the number above is all of: its name, and the way to it. */
function OnlyAccount({ account, hidden }: { account: Account; hidden: boolean }) {
  const t = useText(dashboardText)
  const held = heldOn(account)
  return (
    <p className="flex flex-wrap items-center gap-x-4 text-small">
      <Link to={paths.account(account.id)} className="-ml-1 inline-flex min-h-11 items-center gap-2 rounded-sm px-1 font-medium text-fjord hover:underline">
        {account.account_type === 'savings' ? t('savings') : t('current')}
        <span className="tabular font-normal text-ink-2">•••• {account.account_number.slice(-4)}</span>
        <ChevronRight aria-hidden className="size-4" />
      </Link>
      {held > 0 && !hidden && <span className="text-wait">{t('held', { amount: formatMoney(held) })}</span>}
    </p>
  )
}

function heldOn(account: Account): number {
  return fromWire(account.balance) - fromWire(account.available)
}

function AccountCard({ account, hidden }: { account: Account; hidden: boolean }) {
  const t = useText(dashboardText)
  const balance = fromWire(account.balance)
  const held = heldOn(account)
  return (
    <Link to={paths.account(account.id)} className="card block px-4 py-3.5 transition-colors hover:border-line-2">
      <span className="flex items-baseline justify-between gap-3">
        <span className="font-medium">{account.account_type === 'savings' ? t('savings') : t('current')}</span>
        <span className="tabular text-small text-ink-3">•••• {account.account_number.slice(-4)}</span>
      </span>
      <span className="mt-1 flex items-baseline justify-between gap-3">
        <Money minor={balance} hidden={hidden} className="text-lead font-semibold" />
        {held > 0 && !hidden && <span className="text-small text-wait">{t('held', { amount: formatMoney(held) })}</span>}
      </span>
    </Link>
  )
}
