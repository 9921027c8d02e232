import { defineText } from '@/lib/i18n'
import en from './en/common'

export const commonText = defineText(en, () => import('./hi/common'))
