import { defineText } from '@/lib/i18n'
import en from './en/cash'

export const cashText = defineText(en, () => import('./hi/cash'))
