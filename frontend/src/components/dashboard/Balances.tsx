import { ArrowDownToLine, ArrowUpFromLine, Eye, EyeOff, Send } from 'lucide-react'
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
}

/** What do I have: one number, the accounts it is made of, and what can be done with it. */
export function Balances({ accounts, hidden, onHide }: Props) {
  const t = useText(dashboardText)
  const usable = accounts.filter(isUsable)
  const total = usable.reduce((sum, account) => sum + fromWire(account.available), 0)
  const shown = useCountTo(total)
  return (
    <section aria-labelledby="available" className="flex flex-col gap-5">
      <div>
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
      </div>
      {usable.length > 0 && (
        <>
          <Acts />
          <ul className="grid gap-3 sm:grid-cols-2">
            {usable.map((account) => (
              <li key={account.id}>
                <AccountCard account={account} hidden={hidden} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Acts() {
  const t = useText(dashboardText)
  return (
    <div className="grid grid-cols-2 gap-3 sm:flex">
      <ButtonLink to={paths.transfer} tone="primary" icon={Send} className="max-sm:col-span-2">
        {t('sendMoney')}
      </ButtonLink>
      <ButtonLink to={paths.deposit} icon={ArrowDownToLine}>
        {t('deposit')}
      </ButtonLink>
      <ButtonLink to={paths.withdraw} icon={ArrowUpFromLine}>
        {t('withdraw')}
      </ButtonLink>
    </div>
  )
}

function AccountCard({ account, hidden }: { account: Account; hidden: boolean }) {
  const t = useText(dashboardText)
  const balance = fromWire(account.balance)
  const held = balance - fromWire(account.available)
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
