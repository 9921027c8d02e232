import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { accountsText } from '@/locales/accounts'
import type { Account } from '@/services/types'

/** Why an account can't be used and what to do about it; nothing for one that can. */
export function AccountState({ account }: { account: Account }) {
  const t = useText(accountsText)
  if (account.status === 'pending') return <p className="text-small text-ink-2">{t('pendingHint')}</p>
  if (account.status === 'approved' && account.is_active) return null
  return (
    <p className="text-small text-ink-2">
      {account.status === 'rejected' ? t('rejectedHint') : t('inactiveHint')}{' '}
      <Link to={paths.help} className="relative z-10 font-semibold text-fjord underline underline-offset-4">
        {t('helpLink')}
      </Link>
    </p>
  )
}
