import { defineText } from '@/lib/i18n'
import en from './en/accounts'

export const accountsText = defineText(en, () => import('./hi/accounts'))
