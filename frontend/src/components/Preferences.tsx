import { THEMES, useTheme } from '@/contexts/ThemeContext'
import { useLanguage, useText, type Language } from '@/lib/i18n'
import { shellText } from '@/locales/shell'
import { Chips } from './ui/Chips'
import { useChangeLanguage } from './useChangeLanguage'

/** Theme and language, changed at once; used by the profile page too. */
export function Preferences() {
  const t = useText(shellText)
  const { theme, setTheme } = useTheme()
  const language = useLanguage()
  const changeLanguage = useChangeLanguage()
  const names = { light: t('themeLight'), dark: t('themeDark'), system: t('themeSystem') }
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="mb-2 text-small font-semibold">{t('theme')}</p>
        <Chips label={t('theme')} value={theme} onChange={setTheme} options={THEMES.map((value) => ({ value, label: names[value] }))} />
      </div>
      <div>
        <p className="mb-2 text-small font-semibold">{t('language')}</p>
        <Chips<Language>
          label={t('language')}
          value={language}
          onChange={changeLanguage}
          options={[
            { value: 'en', label: 'English', lang: 'en' },
            { value: 'hi', label: 'हिन्दी', lang: 'hi' },
          ]}
        />
      </div>
    </div>
  )
}
