import { useText } from '@/lib/i18n'
import { once } from '@/lib/keys'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { adminAPI } from '@/services/api'
import type { StaffAccount } from '@/services/types'
import { nameOf } from '../names'
import { ActDialog, type ActProps } from './ActDialog'

/** Open a requested account, or refuse it (S45, S46). */
export function DecideAccountDialog({ account, action, ...rest }: ActProps & { account: StaffAccount; action: 'approve' | 'reject' }) {
  const t = useText(adminActsText)
  const shared = useText(adminText)
  const [name, number] = [nameOf(account), account.account_number]
  const approves = action === 'approve'
  const decide = (reason: string): Promise<StaffAccount> =>
    once('decide-account', { account: account.id, action, reason }, (key) => adminAPI.decideAccount(account.id, action, reason, key))
  return (
    <ActDialog
      {...rest}
      title={approves ? t('approveAccount', { name }) : t('rejectAccount', { name })}
      description={t('accountHint', { type: account.account_type === 'savings' ? shared('savings') : shared('current'), number })}
      confirmLabel={approves ? t('approve') : t('reject')}
      danger={!approves}
      reason={approves ? 'optional' : 'required'}
      writes={[approves ? t('writesAccountApproved', { number }) : t('writesAccountRejected', { number, name }), t('writesNotice', { name })]}
      act={decide}
      said={() => (approves ? t('accountApproved', { name }) : t('accountRejected', { name }))}
    />
  )
}

/** Switch an account off or on (S59). */
export function SwitchAccountDialog({ account, ...rest }: ActProps & { account: StaffAccount }) {
  const t = useText(adminActsText)
  const number = account.account_number
  const turnsOff = account.is_active
  return (
    <ActDialog
      {...rest}
      title={turnsOff ? t('switchOffTitle', { number }) : t('switchOnTitle', { number })}
      confirmLabel={turnsOff ? t('switchOff') : t('switchOn')}
      danger={turnsOff}
      reason="required"
      writes={[turnsOff ? t('writesAccountOff', { number }) : t('writesAccountOn', { number }), t('writesNotice', { name: nameOf(account) })]}
      act={(reason) => adminAPI.setAccountActive(account.id, !turnsOff, reason)}
      said={() => (turnsOff ? t('accountSwitchedOff') : t('accountSwitchedOn'))}
    />
  )
}
