import { defineText } from '@/lib/i18n'
import en from './en/adminReasons'

export const adminReasonsText = defineText(en, () => import('./hi/adminReasons'))
