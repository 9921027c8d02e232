import { lazy, Suspense } from 'react'
import { formatDate, instantOf } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { dashboardText } from '@/locales/dashboard'
import type { Summary } from '@/services/types'
import { Money } from '../Money'

const BarChart = lazy(() => import('../charts/BarChart').then(({ BarChart: chart }) => ({ default: chart })))

const SHARES_SHOWN = 5

/** What the bank calls them, in the words of the page. */
const CATEGORIES = {
  salary: 'categorySalary',
  rent: 'categoryRent',
  bills: 'categoryBills',
  groceries: 'categoryGroceries',
  eating_out: 'categoryEatingOut',
  transport: 'categoryTransport',
  travel: 'categoryTravel',
  health: 'categoryHealth',
  education: 'categoryEducation',
  gifts: 'categoryGifts',
  entertainment: 'categoryEntertainment',
  shopping: 'categoryShopping',
  cash: 'categoryCash',
  people: 'categoryPeople',
} as const

interface Share {
  key: string | number
  name: string
  minor: number
}

/** Where the money goes: the months side by side, then this month by kind and by person. */
export function Spending({ summary, hidden }: { summary: Summary; hidden: boolean }) {
  const t = useText(dashboardText)
  const language = useLanguage()
  const bars = summary.months.map(({ month, amount }) => ({
    key: month,
    label: formatDate(instantOf(month), 'monthShort', language),
    name: formatDate(instantOf(month), 'month', language),
    minor: fromWire(amount),
  }))
  const categories = summary.categories.map(({ category, amount }) => ({
    key: category,
    name: category in CATEGORIES ? t(CATEGORIES[category as keyof typeof CATEGORIES]) : category,
    minor: fromWire(amount),
  }))
  const payees = summary.payees.map(({ user_id: key, name, amount }) => ({ key, name, minor: fromWire(amount) }))
  return (
    <section aria-labelledby="spending" className="card p-4">
      <h2 id="spending" className="font-semibold">
        {t('spending')}
      </h2>
      {!hidden && (
        <div className="mt-2 min-h-56">
          <Suspense>
            <BarChart title={t('spendingChart')} bars={bars} highlight={bars.at(-1)?.key} />
          </Suspense>
        </div>
      )}
      <h3 className="mt-4 text-small font-semibold text-ink-2">{t('whereItWent')}</h3>
      {categories.length === 0 ? (
        <p className="mt-1 text-small text-ink-2">{t('nothingSpent')}</p>
      ) : (
        <>
          <Shares shares={categories.slice(0, SHARES_SHOWN)} hidden={hidden} />
          <h3 className="mt-5 text-small font-semibold text-ink-2">{t('whoGotIt')}</h3>
          <Shares shares={payees.slice(0, SHARES_SHOWN)} hidden={hidden} />
        </>
      )}
    </section>
  )
}

function Shares({ shares, hidden }: { shares: readonly Share[]; hidden: boolean }) {
  const most = shares[0]?.minor || 1
  return (
    <ul className="mt-2 flex flex-col gap-2.5">
      {shares.map(({ key, name, minor }) => (
        <li key={key} className="text-small">
          <span className="flex justify-between gap-3">
            <span className="truncate">{name}</span>
            <Money minor={minor} hidden={hidden} />
          </span>
          {!hidden && (
            <span aria-hidden className="mt-1 block h-1 rounded-full bg-surface-2">
              <span data-fill className="block h-1 rounded-full bg-chart-rest" style={{ width: `${(minor / most) * 100}%` }} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}
