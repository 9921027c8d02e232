import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { profileText } from '@/locales/profile'
import { Status } from '../Status'

/** Whether the bank has confirmed who this is. */
export function Identity() {
  const t = useText(profileText)
  const { kyc_approved: approved } = useUser()
  return (
    <section aria-labelledby="identity" className="flex flex-col items-start gap-2">
      <h2 id="identity" className="text-title font-semibold">
        {t('identity')}
      </h2>
      <Status of={approved ? 'kycApproved' : 'kycPending'} />
      <p className="max-w-[65ch] text-ink-2">{approved ? t('identityApproved') : t('identityWaiting')}</p>
    </section>
  )
}
