import type { Translation } from '@/lib/i18n'
import type en from '../en/adminReasons'

export default {
  accepted: 'स्वीकार किया गया।',
  held: 'जाँच के लिए रोका गया।',
  moved: 'पैसे पहुँच गए।',
  given_back: 'लौटाया गया।',
  not_carried_out: 'पूरा नहीं हुआ।',
  insufficient_funds: 'भेजने वाले के खाते में पर्याप्त राशि उपलब्ध नहीं थी।',
  account_not_found: 'एक खाता मौजूद नहीं है।',
  account_frozen: 'एक खाता अभी इस्तेमाल नहीं हो सकता।',
  account_closed: 'एक खाता बंद है।',
  same_account: 'दोनों ओर एक ही खाता है।',
  currency_mismatch: 'दोनों खातों की मुद्रा अलग है।',
  amount_not_positive: 'राशि शून्य से ज़्यादा नहीं थी।',
  amount_too_large: 'राशि खाते की सीमा से ज़्यादा है।',
  no_such_hold: 'इसके लिए कुछ रोका नहीं गया था।',
  kyc_required: 'इस राशि के लिए पहचान की पुष्टि चाहिए, और ग्राहक की नहीं हुई है।',
  too_many_reviews: 'ग्राहक के जितने भुगतान एक साथ जाँच में रह सकते हैं, उतने पहले से थे।',
  rejected_by_bank: 'कर्मचारी ने जाँच कर मना किया।',
  given_up: 'यह पूरा नहीं हो सका, और कर्मचारी ने इसे छोड़ दिया।',
  review_expired: 'समय पर निर्णय नहीं हुआ; रोकी गई राशि फिर मुक्त है।',
} satisfies Translation<typeof en>
