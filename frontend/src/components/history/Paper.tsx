import type { ReactNode } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { formatCount, formatDate, instantOf } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { useNow } from '@/lib/useNow'
import { historyText } from '@/locales/history'
import { statusText } from '@/locales/status'
import type { HistoryFilters } from '@/services/api'
import { useMyAccounts } from '@/services/queries/accounts'
import type { TransactionStatus } from '@/services/types'

interface Props {
  filters: HistoryFilters
  count: number
  /** Whether all of it has been read. */
  complete: boolean
}

/** What paper must say of itself, where no address and no filters tell it: whose it is, of when, and what isn't on it. */
export function Paper({ filters, count, complete }: Props) {
  const t = useText(historyText)
  const language = useLanguage()
  const only = useOnly(filters)
  return (
    <section className="mb-4 hidden print:block">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
        <Said name={t('holder')}>{useUser().full_name}</Said>
        <Said name={t('account')}>{useAccountOf(filters)}</Said>
        <Said name={t('period')}>{usePeriod(filters)}</Said>
        {only !== '' && <Said name={t('only')}>{only}</Said>}
        <Said name={t('printed')}>{formatDate(useNow(), 'dateTime', language)}</Said>
      </dl>
      {!complete && <p className="mt-4 font-semibold">{t('paperPart', { count: formatCount(count, language) })}</p>}
    </section>
  )
}

function Said({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-small text-ink-2">{name}</dt>
      <dd className="font-medium break-words">{children}</dd>
    </div>
  )
}

function useAccountOf({ accountId }: HistoryFilters): string {
  const t = useText(historyText)
  const account = useMyAccounts().data?.find(({ id }) => id === accountId)
  if (account === undefined) return accountId === undefined ? t('anyAccount') : ''
  return t(account.account_type === 'savings' ? 'savings' : 'current', { number: account.account_number })
}

function usePeriod({ from, to }: HistoryFilters): string {
  const t = useText(historyText)
  const language = useLanguage()
  const day = (key: string): string => formatDate(instantOf(key), 'date', language)
  if (from !== undefined) return to === undefined ? t('since', { from: day(from) }) : t('between', { from: day(from), to: day(to) })
  return to === undefined ? t('untilToday') : t('until', { to: day(to) })
}

function useOnly({ direction, status, q }: HistoryFilters): string {
  const t = useText(historyText)
  const state = useText(statusText)
  const words = [direction && t(direction === 'in' ? 'in' : 'out'), status && state(status as TransactionStatus), q && `“${q}”`]
  return words.filter(Boolean).join(', ')
}
