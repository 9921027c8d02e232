import { defineText } from '@/lib/i18n'
import en from './en/notifications'

export const notificationsText = defineText(en, () => import('./hi/notifications'))
