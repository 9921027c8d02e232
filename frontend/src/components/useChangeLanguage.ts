import { useNotifications } from '@/contexts/NotificationApiContext'
import { setLanguage, useText, type Language } from '@/lib/i18n'
import { commonText } from '@/locales/common'

/** Changes the language, or says why it couldn't be. */
export function useChangeLanguage(): (language: Language) => void {
  const t = useText(commonText)
  const { showError } = useNotifications()
  return (language) => void setLanguage(language).catch(() => showError(t('couldNotLoad'), t('checkConnection')))
}
