import { defineText } from '@/lib/i18n'
import en from './en/adminTrail'

export const adminTrailText = defineText(en, () => import('./hi/adminTrail'))
