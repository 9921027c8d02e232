import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { readPreference, writePreference } from '@/lib/preferences'
import { profileText } from '@/locales/profile'
import { Switch } from '../ui/Choice'

/** Notifications of the browser: asked for only when this switch is turned on, never by the app alone (S82). */
export function WebNotifications() {
  const t = useText(profileText)
  const supported = 'Notification' in window
  const [permission, setPermission] = useState<NotificationPermission>(() => (supported ? Notification.permission : 'denied'))
  const [wanted, setWanted] = useState(() => readPreference('webNotifications') === 'on')
  const denied = supported && permission === 'denied'

  const change = async (next: boolean): Promise<void> => {
    const answer = next ? await Notification.requestPermission() : permission
    setPermission(answer)
    const on = next && answer === 'granted'
    writePreference('webNotifications', on ? 'on' : null)
    setWanted(on)
  }

  return (
    <section aria-label={t('webNotifications')} className="card px-4 py-2">
      <Switch
        label={t('webNotifications')}
        hint={!supported ? t('webUnsupported') : denied ? t('webDenied') : t('webNotificationsHint')}
        checked={wanted && permission === 'granted'}
        disabled={!supported || denied}
        onChange={(next) => void change(next)}
      />
    </section>
  )
}
