import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import type { AdminUser } from '@/services/types'
import { Status, type StatusName } from '../Status'
import { Badge } from '../ui/Badge'
import { When } from '../When'
import { Facts } from './Facts'

/** Whether the bank knows who somebody is. */
export function kycState(user: AdminUser): StatusName {
  if (user.kyc_approved) return 'kycApproved'
  return user.kyc_rejected_at === null ? 'kycPending' : 'kycRejected'
}

/** What the bank knows of a person. */
export function UserFacts({ user }: { user: AdminUser }) {
  const t = useText(adminText)
  return (
    <Facts
      facts={[
        [t('username'), user.username],
        [t('email'), user.email],
        [t('phone'), user.phone],
        [t('address'), user.address],
        [t('role'), user.role === 'admin' ? t('roleAdmin') : t('roleCustomer')],
        [t('identity'), <Status key="identity" of={kycState(user)} />],
        [t('decisionReason'), user.kyc_rejection_reason],
        [
          t('access'),
          <span key="access" className="inline-flex flex-wrap justify-end gap-2">
            <Status of={user.is_active ? 'active' : 'inactive'} />
            {user.is_locked && <Badge tone="bad">{t('locked')}</Badge>}
          </span>,
        ],
        [t('since'), <When key="since" at={user.created_at} as="date" />],
        [t('lastSeen'), user.last_login_at === null ? t('never') : <When key="seen" at={user.last_login_at} />],
      ]}
    />
  )
}
