import type { Translation } from '@/lib/i18n'
import type en from '../en/reference'

export default {
  reference: 'संदर्भ',
  hint: 'गड़बड़ी बनी रहे तो हमें यह बताएँ; इससे हम पता लगाते हैं कि क्या हुआ।',
  copy: 'संदर्भ कॉपी करें',
  copied: 'कॉपी हो गया',
} satisfies Translation<typeof en>
