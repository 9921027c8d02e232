import { defineText } from '@/lib/i18n'
import en from './en/forms'

export const formsText = defineText(en, () => import('./hi/forms'))
