import { defineText } from '@/lib/i18n'
import en from './en/help'

export const helpText = defineText(en, () => import('./hi/help'))
