import { defineText } from '@/lib/i18n'
import en from './en/reference'

export const referenceText = defineText(en, () => import('./hi/reference'))
