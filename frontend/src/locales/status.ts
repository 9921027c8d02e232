import { defineText } from '@/lib/i18n'
import en from './en/status'

export const statusText = defineText(en, () => import('./hi/status'))
