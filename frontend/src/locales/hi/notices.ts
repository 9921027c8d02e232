/**
 * The bank's notifications by the code of their sentence, and the codes among their facts. There is no English twin: in
 * English the bank says them itself. As there, a part in brackets is said only if its gap has something in it, and what
 * stands behind the bar if it hasn't. A test compares codes and gaps with the bank's (tests/notifications/test_sentences.py).
 */
export default {
  // money that moved
  'transfer.sent.title': 'पैसे भेजे गए',
  'transfer.sent': 'आपने {name} को {amount} भेजे[: “{note}”|।]',
  'transfer.received.title': 'पैसे मिले',
  'transfer.received': 'आपको {name} से {amount} मिले[: “{note}”|।]',
  'transfer.moved.title': 'अपने खातों के बीच भेजे गए',
  'transfer.moved': 'आपने अपने खातों के बीच {amount} भेजे।',
  'deposit.completed.title': 'पैसे जमा हुए',
  'deposit.completed': '{amount} आपके खाते में जमा हुए।',
  'withdrawal.completed.title': 'पैसे निकाले गए',
  'withdrawal.completed': '{amount} आपके खाते से निकाले गए।',

  // money that didn't move
  'transfer.failed.title': 'पैसे नहीं भेजे गए',
  'transfer.failed': '{name} को {amount} नहीं भेजे गए।[ {detail}] आपके खाते से कुछ नहीं गया।',
  'withdrawal.failed.title': 'पैसे नहीं निकाले गए',
  'withdrawal.failed': '{amount} नहीं निकाले गए।[ {detail}] आपके खाते से कुछ नहीं गया।',
  'deposit.failed.title': 'पैसे जमा नहीं हुए',
  'deposit.failed': '{amount} जमा नहीं हुए।[ {detail}] आपके खाते में कुछ नहीं आया।',

  // money that waits
  'transfer.held.title': 'भुगतान जाँच में',
  'transfer.held': '{name} को {amount} का भुगतान हमारी जाँच में है। राशि सुरक्षित रखी है और हमारी मंज़ूरी के बाद ही आगे जाएगी। आपको कुछ नहीं करना है; निर्णय होते ही हम बताएँगे।',
  'withdrawal.held.title': 'निकासी जाँच में',
  'withdrawal.held': '{amount} की आपकी निकासी हमारी जाँच में है। राशि सुरक्षित रखी है और हमारी मंज़ूरी के बाद ही आगे जाएगी। आपको कुछ नहीं करना है; निर्णय होते ही हम बताएँगे।',
  'deposit.held.title': 'जमा राशि जाँच में',
  'deposit.held': '{amount} की आपकी जमा राशि हमारी जाँच में है। यह सुरक्षित रखी है और हमारी मंज़ूरी के बाद ही आगे जाएगी। आपको कुछ नहीं करना है; निर्णय होते ही हम बताएँगे।',
  'transfer.cleared.title': 'जाँच पूरी हुई',
  'transfer.cleared': '{name} को {amount} का भुगतान जाँच में सही पाया गया और आगे बढ़ रहा है।',
  'withdrawal.cleared.title': 'जाँच पूरी हुई',
  'withdrawal.cleared': '{amount} की आपकी निकासी जाँच में सही पाई गई और आगे बढ़ रही है।',
  'deposit.cleared.title': 'जाँच पूरी हुई',
  'deposit.cleared': '{amount} की आपकी जमा राशि जाँच में सही पाई गई और आगे बढ़ रही है।',

  // corrections
  'transfer.moved_back.title': 'भुगतान लौटाया गया',
  'transfer.moved_back': 'आपके खातों के बीच भेजे गए {amount} वापस कर दिए गए।[ कारण: {reason}]',
  'transfer.given_back.title': 'भुगतान लौटाया गया',
  'transfer.given_back': 'आपको मिले {amount}[ {name} को] लौटा दिए गए।[ कारण: {reason}]',
  'transfer.returned.title': 'पैसे वापस मिले',
  'transfer.returned': 'आपको[ {name} से] {amount} वापस मिले।[ कारण: {reason}]',
  'balance.taken.title': 'शेष राशि सुधारी गई',
  'balance.taken': 'बैंक ने आपके खाते से {amount} घटाए।[ कारण: {reason}]',
  'balance.added.title': 'शेष राशि सुधारी गई',
  'balance.added': 'बैंक ने आपके खाते में {amount} जोड़े।[ कारण: {reason}]',

  // people and accounts
  'kyc.approved.title': 'पहचान की पुष्टि हुई',
  'kyc.approved': 'हमने आपकी पहचान की पुष्टि कर दी है। अब आप खाते खोल सकते हैं और बड़ी राशि भेज सकते हैं।',
  'kyc.rejected.title': 'पहचान की पुष्टि नहीं हुई',
  'kyc.rejected': 'हम आपकी पहचान की पुष्टि नहीं कर सके। कृपया अपने दस्तावेज़ फिर से जमा करें।[ कारण: {reason}]',
  'user.email_changed.title': 'ई-मेल पता बदल गया',
  'user.email_changed': 'अब से आप नए पते से साइन इन करेंगे। अगर यह आपने नहीं किया, तो अपना पासवर्ड बदलें और बैंक को फ़ोन करें।',
  'account.requested.title': 'खाते का अनुरोध मिला',
  'account.requested': 'आपका {account_type} खाता {account_number} बैंक की मंज़ूरी की प्रतीक्षा में है। निर्णय होते ही हम बताएँगे।',
  'account.approved.title': 'खाता मंज़ूर हुआ',
  'account.approved': 'आपका {account_type} खाता {account_number} खुल गया है। अब आप पैसे जमा कर सकते हैं और भेज सकते हैं।',
  'account.rejected.title': 'खाता मंज़ूर नहीं हुआ',
  'account.rejected': 'आपका {account_type} खाता {account_number} मंज़ूर नहीं हुआ। आप दूसरे खाते के लिए अनुरोध कर सकते हैं।[ कारण: {reason}]',
  'account.switched_on.title': 'खाता फिर शुरू हुआ',
  'account.switched_on': 'आपका {account_type} खाता {account_number} फिर से इस्तेमाल में है।',
  'account.switched_off.title': 'खाता बंद किया गया',
  'account.switched_off': 'आपका {account_type} खाता {account_number} बंद किया गया है। जब तक बैंक इसे फिर शुरू न करे, पैसे न आएँगे, न जाएँगे।[ कारण: {reason}]',

  // to the staff
  'fraud.suspected.title': 'संदिग्ध भुगतान',
  'fraud.suspected': 'ग्राहक {user_id} का {amount} का भुगतान {transaction_id} रोका गया है: {reason_code}। रोके गए भुगतानों में इसे जाने दें या मना करें।',
  'system.queue_overflow.title': 'क़तार बहुत लंबी है',
  'system.queue_overflow': '{queue} में {length} घटनाएँ हैं, सबसे पुरानी {oldest_seconds} सेकंड से। एक और वर्कर शुरू करें, या देखें कि क़तार क्यों रुकी है।',
  'system.worker_failed.title': 'एक घटना पूरी नहीं हो सकी',
  'system.worker_failed': '{queue} में एक घटना पूरी नहीं हो सकी ({error})। अटकी घटना {dead_letter_id} को फिर चलाएँ, या कारण देकर छोड़ दें।',
  'system.books_verified.title': 'बही का मिलान नहीं हुआ',
  'system.books_verified': 'बही की जाँच में {findings} अंतर मिले, पहला: {first_finding} जो पैसे चलाता है उसे रोकें, और रनबुक के अनुसार चलें।',

  // what a reason says already, and every sentence about money that didn't move ends with
  nothing_left: 'आपके खाते से कुछ नहीं गया।',
  insufficient_funds: 'खाते में पर्याप्त राशि उपलब्ध नहीं है।',

  // codes among the facts; why a payment is refused is in bank.ts
  savings: 'बचत',
  current: 'चालू',
  'high-value': 'बड़ी राशि',
  'high-frequency-transfers': 'एक मिनट में कई भुगतान',
} as const
