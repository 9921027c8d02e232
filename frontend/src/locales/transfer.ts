import { defineText } from '@/lib/i18n'
import en from './en/transfer'

export const transferText = defineText(en, () => import('./hi/transfer'))
