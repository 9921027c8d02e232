import { defineText } from '@/lib/i18n'
import en from './en/profile'

export const profileText = defineText(en, () => import('./hi/profile'))
