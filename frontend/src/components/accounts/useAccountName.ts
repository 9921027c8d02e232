import { useText } from '@/lib/i18n'
import { transferText } from '@/locales/transfer'
import type { Account } from '@/services/types'

/** "savings •••• 4821": what tells one account from another in a sentence, without its whole number. */
export function useAccountName(): (account: Pick<Account, 'account_number'> & { account_type: string }) => string {
  const t = useText(transferText)
  return ({ account_type: type, account_number: number }) => t(type === 'savings' ? 'savings' : 'current', { number: maskedEnd(number) })
}

/** "•••• 4821", with a space that doesn't break. */
export function maskedEnd(number: string): string {
  return `••••\u00a0${number.slice(-4)}`
}
