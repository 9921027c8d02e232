import { defineText } from '@/lib/i18n'
import en from './en/admin'

export const adminText = defineText(en, () => import('./hi/admin'))
