import { defineText } from '@/lib/i18n'
import en from './en/adminActs'

export const adminActsText = defineText(en, () => import('./hi/adminActs'))
