import { defineText } from '@/lib/i18n'
import en from './en/dashboard'

export const dashboardText = defineText(en, () => import('./hi/dashboard'))
