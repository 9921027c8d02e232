import { defineText } from '@/lib/i18n'
import en from './en/shell'

export const shellText = defineText(en, () => import('./hi/shell'))
