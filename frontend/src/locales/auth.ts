import { defineText } from '@/lib/i18n'
import en from './en/auth'

export const authText = defineText(en, () => import('./hi/auth'))
