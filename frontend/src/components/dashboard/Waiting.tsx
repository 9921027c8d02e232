import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { dashboardText } from '@/locales/dashboard'
import type { Activity } from '@/services/activity'
import type { Account } from '@/services/types'
import { ActivityRow } from '../activity/ActivityRow'
import { ButtonLink } from '../ui/Button'
import { Notice } from '../ui/Notice'

/** What is waiting: the identity, accounts, payments on their way or held. Nothing at all when nothing waits. */
export function Waiting({ accounts, open, hidden }: { accounts: readonly Account[]; open: readonly Activity[]; hidden: boolean }) {
  const t = useText(dashboardText)
  const held = open.some(({ transaction }) => transaction.status === 'UNDER_REVIEW')
  return (
    <>
      <Onboarding accounts={accounts} />
      {open.length > 0 && (
        <section aria-labelledby="waiting" className="card py-4">
          <h2 id="waiting" className="px-4 font-semibold">
            {t('waitingHeading')}
          </h2>
          <p className="px-4 text-small text-ink-2">{held ? t('reviewHint') : t('pendingHint')}</p>
          <ul className="mt-1">
            {open.map((activity) => (
              <li key={activity.transaction.id}>
                <ActivityRow activity={activity} hidden={hidden} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

function Onboarding({ accounts }: { accounts: readonly Account[] }) {
  const t = useText(dashboardText)
  const user = useUser()
  const waiting = accounts.filter(({ status }) => status === 'pending').length
  if (user.role === 'admin') return null
  if (!user.kyc_approved) {
    return (
      <Notice tone="wait" title={t('identityTitle')}>
        {t('identityHint')}
      </Notice>
    )
  }
  const approved = accounts.filter(({ status }) => status === 'approved')
  const isOff = !approved.every(({ is_active: isActive }) => isActive)
  if (waiting > 0 && !isOff) {
    return (
      <Notice tone="wait" title={t('accountWaiting', { count: waiting })}>
        {t('accountWaitingHint')}
      </Notice>
    )
  }
  if (approved.length > 0 && !isOff) return null
  const action = (
    <ButtonLink to={paths.accounts} tone="primary">
      {t(isOff ? 'seeAccounts' : 'openAccount')}
    </ButtonLink>
  )
  return (
    <Notice tone="calm" title={t(isOff ? 'offTitle' : 'noAccountTitle')} action={action}>
      {t(isOff ? 'offHint' : 'noAccountHint')}
    </Notice>
  )
}
