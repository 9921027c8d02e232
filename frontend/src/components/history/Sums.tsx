import type { ReactNode } from 'react'
import { daysBefore, formatCount, todayKey } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { cn } from '@/lib/utils'
import { historyText } from '@/locales/history'
import type { Totals } from '@/services/activity'
import type { HistoryFilters } from '@/services/api'
import { useBalances } from '@/services/queries/accounts'
import { Money } from '../Money'

/** Ten lakh rupees: below them three sums stand side by side on a phone. */
const SHORT_MINOR = 10_00_000_00

interface Props {
  totals: Totals
  /** Whether all of it has been read; else the sums are of the newest ones, and say so. */
  complete: boolean
  /** Whether it is all here, and of these filters: not while something is being read. */
  settled: boolean
  filters: HistoryFilters
  accountId: number | undefined
  /** What can be done with it. */
  children: ReactNode
}

/** What the shown payments come to; for a period of one account also what it held before and after. */
export function Sums({ totals, complete, settled, filters, accountId, children }: Props) {
  const t = useText(historyText)
  const language = useLanguage()
  const count = formatCount(totals.count, language)
  const { from } = filters
  const withBalances = accountId !== undefined && from !== undefined && isWholePeriod(filters)
  const isShort = !withBalances && Math.max(totals.inMinor, totals.outMinor) < SHORT_MINOR
  return (
    <section aria-label={t('sums')} className="card mb-4 px-4 py-3">
      <dl className={cn('grid grid-cols-2 gap-y-3 sm:grid-cols-3 lg:grid-cols-[repeat(auto-fit,minmax(8rem,1fr))] sm:gap-x-6', isShort ? 'gap-x-3 min-[24rem]:grid-cols-3' : 'gap-x-6')}>
        {withBalances ? (
          <Balances accountId={accountId} from={from} to={filters.to ?? todayKey()} totals={totals} settled={complete && settled} />
        ) : (
          <Moved totals={totals} />
        )}
      </dl>
      <div className="mt-1 flex flex-wrap items-center justify-between gap-x-4">
        <p role="status" className="py-1 text-small text-ink-3">
          {complete ? t('count', { count }) : t('countSoFar', { count })}
        </p>
        <div className="-mx-3">{children}</div>
      </div>
    </section>
  )
}

function Moved({ totals: { inMinor, outMinor } }: { totals: Totals }) {
  const t = useText(historyText)
  return (
    <>
      <Sum name={t('moneyIn')} minor={inMinor} />
      <Sum name={t('moneyOut')} minor={outMinor} />
      <Sum name={t('difference')} minor={inMinor - outMinor} />
    </>
  )
}

interface BalancesProps {
  accountId: number
  from: string
  to: string
  totals: Totals
  settled: boolean
}

function Balances({ accountId, from, to, totals, settled }: BalancesProps) {
  const t = useText(historyText)
  const { data, isFetching } = useBalances(accountId, daysBefore(from, 1), to)
  const [opening, closing] = [data?.at(0), data?.at(-1)]
  // Payments are listed by the day they were asked for; a review, or midnight, may come between that and their booking.
  const changeMinor = opening && closing ? fromWire(closing.balance) - fromWire(opening.balance) : 0
  const otherDayMinor = changeMinor - (totals.inMinor - totals.outMinor)
  return (
    <>
      {opening && <Sum name={t('opening')} minor={fromWire(opening.balance)} />}
      <Moved totals={totals} />
      {closing && settled && !isFetching && otherDayMinor !== 0 && <Sum name={t('otherDay')} minor={otherDayMinor} />}
      {closing && <Sum name={t('closing')} minor={fromWire(closing.balance)} />}
    </>
  )
}

function Sum({ name, minor }: { name: string; minor: number }) {
  return (
    <div className="min-w-0">
      <dt className="text-small text-ink-2">{name}</dt>
      <dd className="font-semibold">
        <Money minor={minor} />
      </dd>
    </div>
  )
}

/** Days alone narrow it, and few enough for the bank to say the balances of: a part has no balance of its own. */
function isWholePeriod({ from = '', to = todayKey(), q, status, direction }: HistoryFilters): boolean {
  return !q && !status && !direction && from <= to && daysBefore(to, 364) < from
}
