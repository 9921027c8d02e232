import type { Translation } from '@/lib/i18n'
import type en from '../en/cash'

export default {
  inTitle: 'जमा करें',
  inLead: 'काउंटर या मशीन पर नकद: राशि बताएँ, आपके खाते में दर्ज हो जाएगी।',
  outTitle: 'निकालें',
  outLead: 'राशि बताएँ; बैंक दर्ज करेगा और नकदी काउंटर पर तैयार होगी।',
  account: 'खाता',
  inAccount: 'किस खाते में?',
  outAccount: 'किस खाते से?',
  available: '{amount} उपलब्ध',
  amount: 'राशि',
  amountMissing: 'शून्य से ज़्यादा राशि लिखें।',
  amountTooMuch: '{amount} इस खाते में उपलब्ध {available} से ज़्यादा है।',
  after: 'इसके बाद {account} में {amount} होंगे',
  note: 'टिप्पणी (वैकल्पिक)',
  inSend: '{amount} जमा करें',
  outSend: '{amount} निकालें',
  inSendEmpty: 'जमा करें',
  outSendEmpty: 'निकालें',
  refused: 'नहीं हुआ',
  inHistory: 'आपने जो जमा किया',
  outHistory: 'आपने जो निकाला',
  inNone: 'अभी कुछ जमा नहीं किया',
  outNone: 'अभी कुछ नहीं निकाला',
  noneHint: 'यह अपनी स्थिति के साथ यहाँ दिखेगा।',
  another: 'एक और',
} satisfies Translation<typeof en>
