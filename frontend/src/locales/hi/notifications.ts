import type { Translation } from '@/lib/i18n'
import type en from '../en/notifications'

export default {
  title: 'सूचनाएँ',
  unreadCount: { one: '1 अपठित', other: '{count} अपठित' },
  allRead: 'आपने सब पढ़ लिया है।',
  filter: 'दिखाएँ',
  all: 'सभी',
  unread: 'अपठित',
  readAll: 'सबको पढ़ा हुआ मानें',
  read: 'पढ़ा हुआ मानें: {title}',
  remove: 'मिटाएँ: {title}',
  new: 'नया',
  listLabel: 'सूचनाएँ, सबसे नई पहले',
  noneUnread: 'कुछ भी अपठित नहीं',
  showAll: 'सब दिखाएँ',
  none: 'अभी कोई सूचना नहीं',
  noneHint: 'आपके पैसे के साथ जो भी होता है, वह होते ही यहाँ बताया जाता है।',
  failed: 'यह नहीं हो सका',
} satisfies Translation<typeof en>
