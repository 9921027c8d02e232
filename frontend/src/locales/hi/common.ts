import type { Translation } from '@/lib/i18n'
import type en from '../en/common'

export default {
  loading: 'लोड हो रहा है',
  retry: 'फिर कोशिश करें',
  close: 'बंद करें',
  cancel: 'रद्द करें',
  dismiss: 'हटाएँ',
  couldNotLoad: 'यह लोड नहीं हो सका',
  checkConnection: 'बैंक से संपर्क नहीं हो पा रहा। अपना कनेक्शन जाँचें; बाकी सब चलता रहेगा।',
  noResults: 'कुछ नहीं मिला',
  noResultsHint: 'कम शब्द आज़माएँ, या कोई फ़िल्टर हटाएँ।',
  clearFilters: 'फ़िल्टर हटाएँ',
  loadMore: 'और दिखाएँ',
  amountHidden: 'राशि छिपी है',
  moneyIn: '{amount} प्राप्त',
  moneyOut: '{amount} भेजे',
  asTable: 'आँकड़े दिखाएँ',
} satisfies Translation<typeof en>
