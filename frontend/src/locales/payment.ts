import { defineText } from '@/lib/i18n'
import en from './en/payment'

export const paymentText = defineText(en, () => import('./hi/payment'))
