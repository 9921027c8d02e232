import type { Say } from '@/lib/i18n'
import type adminEn from '@/locales/en/admin'
import type reasonsEn from '@/locales/en/adminReasons'
import type trailEn from '@/locales/en/adminTrail'
import type { Transaction, TransactionKind } from '@/services/types'

type SayAdmin = Say<typeof adminEn>
type SayTrail = Say<typeof trailEn>

const KINDS = {
  transfer: 'kindTransfer',
  deposit: 'kindDeposit',
  withdrawal: 'kindWithdrawal',
  adjustment: 'kindAdjustment',
  refund: 'kindRefund',
} as const

/** "Transfer", "Deposit" … */
export function kindName(t: SayAdmin, kind: TransactionKind): string {
  return t(KINDS[kind])
}

/** The rule that held a payment, in words; a rule without words by its code. */
export function ruleName(t: SayAdmin, reason: string | null): string {
  if (reason === 'high-value') return t('ruleHighValue')
  return reason === 'high-frequency-transfers' ? t('ruleFrequency') : (reason ?? '')
}

/** Why the rule is there. */
export function ruleHint(t: SayAdmin, reason: string | null): string {
  if (reason === 'high-value') return t('ruleHighValueHint')
  return reason === 'high-frequency-transfers' ? t('ruleFrequencyHint') : ''
}

/** What a step of a payment says, or why it failed, to staff: a code without words by itself. */
export function reasonName(t: Say<typeof reasonsEn>, known: typeof reasonsEn, code: string | null): string {
  return code !== null && code in known ? t(code as keyof typeof reasonsEn) : (code ?? '')
}

const ACTIONS = {
  'user.registered': 'userRegistered',
  'user.logged_in': 'userLoggedIn',
  'user.login_failed': 'userLoginFailed',
  'user.changed': 'userChanged',
  'user.session_revoked': 'userSessionRevoked',
  'kyc.verification_pending': 'kycPending',
  'kyc.status_changed': 'kycChanged',
  'account.updated': 'accountUpdated',
  'balance.adjusted': 'balanceAdjusted',
  'transfer.reversed': 'transferReversed',
  'fraud.check_required': 'fraudCheck',
  'fraud.suspected': 'fraudSuspected',
  'fraud.cleared': 'fraudCleared',
  'system.queue_overflow': 'queueOverflow',
  'system.worker_failed': 'workerFailed',
  'system.dead_letter_decided': 'letterDecided',
  'system.books_verified': 'booksVerified',
} as const

const CHANGES = {
  requested: 'accountRequested',
  approved: 'accountApproved',
  rejected: 'accountRejected',
  switched_on: 'accountSwitchedOn',
  switched_off: 'accountSwitchedOff',
} as const

/** The topics one can filter the trail by. */
export const TRAIL_ACTIONS = Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]

/** A topic of the trail in words. */
export function topicName(t: SayTrail, topic: string): string {
  return topic in ACTIONS ? t(ACTIONS[topic as keyof typeof ACTIONS]) : topic
}

/** What was done, as exactly as the entry's facts tell. */
export function actionName(t: SayTrail, { action, data }: { action: string; data: Record<string, unknown> }): string {
  if (action === 'account.updated' && String(data.change) in CHANGES) return t(CHANGES[data.change as keyof typeof CHANGES])
  if (action === 'kyc.status_changed') {
    if (data.status === 'approved') return t('kycApproved')
    if (data.status === 'rejected') return t('kycRejected')
  }
  return (action === 'user.changed' ? changeName(t, data.changes) : undefined) ?? topicName(t, action)
}

/** Which of the many things one can change about a person it was; the weightiest of several. */
function changeName(t: SayTrail, changes: unknown): string | undefined {
  const { role, is_active: active, is_locked: locked, password, ...others } = (changes ?? {}) as Record<string, unknown>
  if (role !== undefined) return t(role === 'admin' ? 'userMadeAdmin' : 'userMadeCustomer')
  if (active !== undefined) return t(active === true ? 'userSwitchedOn' : 'userSwitchedOff')
  if (locked !== undefined) return t('userUnlocked')
  if (password !== undefined) return t('userPassword')
  return Object.keys(others).length > 0 ? t('userProfile') : undefined
}

const SUBJECTS = {
  user: 'subjectUser',
  transaction: 'subjectTransaction',
  account: 'subjectAccount',
  dead_letter: 'subjectDeadLetter',
  queue: 'subjectQueue',
  books: 'subjectBooks',
} as const

export const SUBJECT_TYPES = Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[]

/** "Payment 17": what an act was about. */
export function subjectName(t: SayTrail, type: string, id?: number): string {
  const name = type in SUBJECTS ? t(SUBJECTS[type as keyof typeof SUBJECTS]) : type
  // A queue has a name and no number, and there is only one set of books.
  return id === undefined || type === 'queue' || type === 'books' ? name : `${name} ${id}`
}

/** The reason that staff gave, where the entry has one. */
export function reasonIn(data: Record<string, unknown>): string {
  return typeof data.reason === 'string' ? data.reason : ''
}

/** The person a payment concerns first: who pays, or for money from the bank who gets it. */
export function concerned(payment: Transaction): { id: number; name: string } | null {
  if (payment.src_user_id !== null) return { id: payment.src_user_id, name: payment.src_user_name }
  return payment.dest_user_id === null ? null : { id: payment.dest_user_id, name: payment.dest_user_name }
}
