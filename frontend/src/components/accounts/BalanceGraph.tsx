import { daysBefore, formatDate, instantOf, todayKey } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { useSearchParam } from '@/lib/useSearchParam'
import { accountsText } from '@/locales/accounts'
import { useBalances } from '@/services/queries/accounts'
import type { DayBalance } from '@/services/types'
import { AreaChart } from '../charts/AreaChart'
import { Read } from '../ListFaces'
import { Chips } from '../ui/Chips'

type Days = '30' | '90' | '365'

/** What the account held at the end of each day. */
export function BalanceGraph({ accountId }: { accountId: number }) {
  const t = useText(accountsText)
  const language = useLanguage()
  const [asked, setDays] = useSearchParam<Days>('days', '30')
  const days = (['30', '90', '365'] as const).find((known) => known === asked) ?? '30'
  const today = todayKey()
  const query = useBalances(accountId, daysBefore(today, Number(days) - 1), today)
  const points = (balances: readonly DayBalance[]) =>
    balances.map(({ day, balance }) => ({ key: day, name: formatDate(instantOf(day), 'date', language), minor: fromWire(balance) }))
  return (
    <section aria-labelledby="graph" className="card p-4">
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <h2 id="graph" className="font-semibold">
          {t('balanceOver')}
        </h2>
        <Chips<Days>
          label={t('period')}
          value={days}
          onChange={setDays}
          options={[
            { value: '30', label: t('days30') },
            { value: '90', label: t('days90') },
            { value: '365', label: t('days365') },
          ]}
        />
      </div>
      <Read query={query} skeleton={<div aria-hidden className="skeleton h-56" />}>
        {(balances) => <AreaChart title={t('balanceOver')} points={points(balances)} />}
      </Read>
    </section>
  )
}
