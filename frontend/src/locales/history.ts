import { defineText } from '@/lib/i18n'
import en from './en/history'

export const historyText = defineText(en, () => import('./hi/history'))
