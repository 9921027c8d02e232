import { PageHeader } from '@/components/PageHeader'
import { Person } from '@/components/Person'
import { Preferences } from '@/components/Preferences'
import { DetailsForm } from '@/components/profile/DetailsForm'
import { Identity } from '@/components/profile/Identity'
import { PasswordForm } from '@/components/profile/PasswordForm'
import { Sessions } from '@/components/profile/Sessions'
import { WebNotifications } from '@/components/profile/WebNotifications'
import { Tabs } from '@/components/ui/Tabs'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { useSearchParam } from '@/lib/useSearchParam'
import { profileText } from '@/locales/profile'

type Part = 'you' | 'security' | 'app'

/** Who one is at the bank, how one signs in, and how this app looks and speaks. */
export default function ProfilePage() {
  const t = useText(profileText)
  const user = useUser()
  const [asked, setPart] = useSearchParam<Part>('part', 'you')
  const part = (['you', 'security', 'app'] as const).find((known) => known === asked) ?? 'you'
  return (
    <div className="column">
      <PageHeader title={t('title')} />
      <div className="mb-6">
        <Person id={user.id} name={user.full_name || user.username} detail={`@${user.username}`} size="large" />
      </div>
      <Tabs<Part>
        label={t('sections')}
        value={part}
        onChange={setPart}
        tabs={[
          { value: 'you', label: t('tabYou'), content: <div className="flex flex-col gap-10"><Identity /><DetailsForm /></div> },
          { value: 'security', label: t('tabSecurity'), content: <div className="flex flex-col gap-10"><PasswordForm /><Sessions /></div> },
          { value: 'app', label: t('tabApp'), content: <div className="flex flex-col gap-10"><section aria-label={t('appearance')}><Preferences /></section><WebNotifications /></div> },
        ]}
      />
    </div>
  )
}
