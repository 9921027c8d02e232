import type { Translation } from '@/lib/i18n'
import type en from '../en/forms'

export default {
  filters: 'फ़िल्टर',
  filtersOn: { one: '1 फ़िल्टर चालू', other: '{count} फ़िल्टर चालू' },
  removeFilter: 'फ़िल्टर हटाएँ: {name}',
  showPassword: 'पासवर्ड दिखाएँ',
  passwordEmpty: 'बारह या ज़्यादा अक्षर। चार शब्द याद रखना आसान है।',
  passwordShort: 'बहुत छोटा: बारह या ज़्यादा अक्षर चाहिए।',
  passwordWeak: 'अंदाज़ा लगाना आसान: ऐसे शब्द जोड़ें जिनका आपसे संबंध न हो।',
  passwordFair: 'अच्छा है।',
  passwordStrong: 'बहुत अच्छा है।',
  reason: 'कारण',
  reasonOptional: 'कारण (वैकल्पिक)',
  reasonHint: 'रिकॉर्ड के साथ रखा जाता है; ग्राहक इसे देख सकता है।',
  reasonMissing: 'कुछ शब्दों में कारण बताएँ।',
  amountRefused: 'नहीं लिया गया: राशि में अंक और ज़्यादा से ज़्यादा दो दशमलव होते हैं।',
  dates: 'तारीखें',
  from: 'से',
  to: 'तक',
  datesReversed: 'अंतिम तारीख पहली तारीख से पहले है।',
  stepOf: '{count} में से चरण {step}: {name}',
} satisfies Translation<typeof en>
