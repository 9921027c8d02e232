import { defineText } from '@/lib/i18n'
import en from './en/palette'

export const paletteText = defineText(en, () => import('./hi/palette'))
