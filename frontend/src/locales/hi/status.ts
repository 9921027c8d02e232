import type { Translation } from '@/lib/i18n'
import type en from '../en/status'

export default {
  PENDING: 'रास्ते में',
  SUCCESS: 'पूरा',
  FAILED: 'नहीं भेजा गया',
  REVERSED: 'लौटाया गया',
  UNDER_REVIEW: 'जाँच में',
  pending: 'मंज़ूरी बाकी',
  approved: 'मंज़ूर',
  rejected: 'नामंज़ूर',
  active: 'चालू',
  inactive: 'बंद',
  kycApproved: 'पहचान की पुष्टि हुई',
  kycPending: 'पहचान की पुष्टि बाकी',
  kycRejected: 'पहचान नामंज़ूर',
  waiting: 'प्रतीक्षा में',
  replayed: 'दोबारा चलाया गया',
  givenUp: 'छोड़ दिया गया',
} satisfies Translation<typeof en>
