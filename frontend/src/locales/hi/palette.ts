import type { Translation } from '@/lib/i18n'
import type en from '../en/palette'

export default {
  title: 'खोजें',
  label: 'किसी पृष्ठ, व्यक्ति या भुगतान पर जाएँ',
  hint: 'पृष्ठ, नाम, टिप्पणी या राशि',
  found: { one: '1 मिला', other: '{count} मिले' },
  searching: 'खोज रहे हैं',
  pages: 'पृष्ठ',
  people: 'लोग',
  payments: 'भुगतान',
  payIn: 'जमा करें',
  takeOut: 'निकालें',
  sendTo: '{username} को पैसे भेजें',
} satisfies Translation<typeof en>
