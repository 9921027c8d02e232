import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { adminActsText } from '@/locales/adminActs'
import { adminAPI } from '@/services/api'
import type { AdminUser } from '@/services/types'
import { TextInput } from '../../ui/Field'
import { nameOf } from '../names'
import { ActDialog, type ActProps } from './ActDialog'

/** Confirm or refuse somebody's identity (S56). */
export function DecideKycDialog({ user, action, ...rest }: ActProps & { user: AdminUser; action: 'approve' | 'reject' }) {
  const t = useText(adminActsText)
  const name = nameOf(user)
  const approves = action === 'approve'
  return (
    <ActDialog
      {...rest}
      title={approves ? t('approveKyc', { name }) : t('rejectKyc', { name })}
      description={approves ? t('approveKycHint', { name }) : t('rejectKycHint', { name })}
      confirmLabel={approves ? t('approve') : t('reject')}
      danger={!approves}
      reason={approves ? 'optional' : 'required'}
      writes={[approves ? t('writesKycApproved', { name }) : t('writesKycRejected', { name }), t('writesNotice', { name })]}
      act={(reason) => adminAPI.decideKYC(user.id, action, reason)}
      said={() => (approves ? t('kycApproved', { name }) : t('kycRejected', { name }))}
    />
  )
}

/** Make somebody staff, or a customer again (S55). */
export function ChangeRoleDialog({ user, ...rest }: ActProps & { user: AdminUser }) {
  const t = useText(adminActsText)
  const name = nameOf(user)
  const promotes = user.role !== 'admin'
  return (
    <ActDialog
      {...rest}
      title={promotes ? t('makeAdminTitle', { name }) : t('makeCustomerTitle', { name })}
      confirmLabel={promotes ? t('makeAdmin') : t('makeCustomer')}
      danger
      reason="required"
      writes={[promotes ? t('writesRoleAdmin', { name }) : t('writesRoleCustomer', { name })]}
      act={(reason) => adminAPI.updateUser(user.id, { role: promotes ? 'admin' : 'customer', reason })}
      said={() => t('roleChanged', { name })}
    />
  )
}

/** Give somebody the name that their papers say, which they can't change themselves once it was checked. */
export function ChangeNameDialog({ user, ...rest }: ActProps & { user: AdminUser }) {
  const t = useText(adminActsText)
  const name = nameOf(user)
  const [typed, setTyped] = useState(user.full_name)
  const next = typed.trim()
  return (
    <ActDialog
      {...rest}
      title={t('changeNameTitle', { name })}
      description={t('changeNameHint')}
      confirmLabel={t('changeName')}
      reason="required"
      focusReason={false}
      writes={[t('writesName', { name: next || user.username })]}
      check={() => (next === '' ? t('nameMissing') : undefined)}
      act={(reason) => adminAPI.updateUser(user.id, { full_name: next, reason })}
      said={(changed) => t('nameChanged', { name: nameOf(changed) })}
    >
      <TextInput label={t('newName')} autoComplete="off" maxLength={60} value={typed} onChange={(event) => setTyped(event.target.value)} />
    </ActDialog>
  )
}

/** Let somebody in again whom wrong passwords have locked out. */
export function UnlockDialog({ user, ...rest }: ActProps & { user: AdminUser }) {
  const t = useText(adminActsText)
  const name = nameOf(user)
  return (
    <ActDialog
      {...rest}
      title={t('unlockTitle', { name })}
      description={t('unlockHint', { name })}
      confirmLabel={t('unlock')}
      reason="optional"
      writes={[t('writesUnlocked', { name })]}
      act={(reason) => adminAPI.updateUser(user.id, { unlock: true, reason })}
      said={() => t('unlocked', { name })}
    />
  )
}

/** Switch somebody's access off or on. */
export function ChangeAccessDialog({ user, ...rest }: ActProps & { user: AdminUser }) {
  const t = useText(adminActsText)
  const name = nameOf(user)
  const turnsOff = user.is_active
  return (
    <ActDialog
      {...rest}
      title={turnsOff ? t('userOffTitle', { name }) : t('userOnTitle', { name })}
      confirmLabel={turnsOff ? t('userOff') : t('userOn')}
      danger={turnsOff}
      reason="required"
      writes={[turnsOff ? t('writesUserOff', { name }) : t('writesUserOn', { name })]}
      act={(reason) => adminAPI.updateUser(user.id, { is_active: !turnsOff, reason })}
      said={() => (turnsOff ? t('userSwitchedOff', { name }) : t('userSwitchedOn', { name }))}
    />
  )
}
