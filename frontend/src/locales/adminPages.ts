import { defineText } from '@/lib/i18n'
import en from './en/adminPages'

export const adminPagesText = defineText(en, () => import('./hi/adminPages'))
