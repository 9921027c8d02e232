import { Wallet } from 'lucide-react'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import type { Account } from '@/services/types'
import { EmptyState } from '../ListFaces'
import { ButtonLink } from '../ui/Button'

/** Instead of a form, for who has no account that money could go in or out of: none is open yet, or the bank has switched it off. */
export function NeedAccount({ accounts, hint }: { accounts: readonly Account[]; hint: string }) {
  const t = useText(transferText)
  const isOff = accounts.some(({ status }) => status === 'approved')
  return (
    <EmptyState icon={Wallet} title={t(isOff ? 'accountOff' : 'needAccount')} action={<ButtonLink to={paths.accounts} tone="primary">{t('toAccounts')}</ButtonLink>}>
      {isOff ? t('accountOffHint') : hint}
    </EmptyState>
  )
}
