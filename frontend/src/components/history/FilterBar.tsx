import { Search } from 'lucide-react'
import { useText } from '@/lib/i18n'
import { todayKey } from '@/lib/dates'
import { useTyping } from '@/lib/useTyping'
import { commonText } from '@/locales/common'
import { formsText } from '@/locales/forms'
import { historyText } from '@/locales/history'
import { statusText } from '@/locales/status'
import { useMyAccounts } from '@/services/queries/accounts'
import { maskedEnd } from '../accounts/useAccountName'
import { Button } from '../ui/Button'
import { Chips } from '../ui/Chips'
import { DateRange } from '../ui/DateRange'
import { CONTROL, Field } from '../ui/Field'
import { FilterPanel } from '../ui/FilterPanel'
import { Select } from '../ui/Select'
import type { Filters, Period } from './useHistoryFilters'

/** Search, period, direction, state, and account where there is a choice. */
export function FilterBar({ filters, chooseAccount }: { filters: Filters; chooseAccount: boolean }) {
  const forms = useText(formsText)
  const { asked, period } = filters
  const on = [period !== 'any', asked.direction, asked.status, chooseAccount && asked.accountId].filter(Boolean).length
  return (
    <section data-press aria-label={forms('filters')} className="mb-5 flex flex-col gap-3">
      <FilterPanel on={on} search={<SearchField value={asked.q ?? ''} onChange={(q) => filters.set({ q })} />}>
        <Panel filters={filters} chooseAccount={chooseAccount} />
      </FilterPanel>
    </section>
  )
}

function Panel({ filters, chooseAccount }: { filters: Filters; chooseAccount: boolean }) {
  const t = useText(historyText)
  const common = useText(commonText)
  const { asked, period } = filters
  return (
    <>
      <Chips<Period>
        label={t('period')}
        value={period}
        onChange={filters.setPeriod}
        options={[
          { value: 'any', label: t('anyTime') },
          { value: 'this', label: t('thisMonth') },
          { value: 'last', label: t('lastMonth') },
          { value: 'own', label: t('own') },
        ]}
      />
      {period === 'own' && (
        <DateRange
          value={{ from: asked.from ?? '', to: asked.to ?? '' }}
          max={todayKey()}
          onChange={filters.set}
        />
      )}
      <div className="grid grid-cols-2 items-end gap-3 sm:grid-cols-3">
        <Select
          label={t('direction')}
          value={asked.direction ?? ''}
          onChange={(event) => filters.set({ direction: event.target.value })}
          options={[
            { value: '', label: t('both') },
            { value: 'in', label: t('in') },
            { value: 'out', label: t('out') },
          ]}
        />
        <StateSelect filters={filters} />
        {chooseAccount && <AccountSelect filters={filters} />}
        {filters.active && (
          <Button tone="quiet" onClick={filters.clear} className="justify-self-start max-sm:col-span-2">
            {common('clearFilters')}
          </Button>
        )}
      </div>
    </>
  )
}

function StateSelect({ filters }: { filters: Filters }) {
  const t = useText(historyText)
  const state = useText(statusText)
  const states = ['SUCCESS', 'PENDING', 'UNDER_REVIEW', 'FAILED', 'REVERSED'] as const
  return (
    <Select
      label={t('status')}
      value={filters.asked.status ?? ''}
      onChange={(event) => filters.set({ status: event.target.value })}
      options={[{ value: '', label: t('anyStatus') }, ...states.map((value) => ({ value, label: state(value) }))]}
    />
  )
}

function AccountSelect({ filters }: { filters: Filters }) {
  const t = useText(historyText)
  const accounts = useMyAccounts().data ?? []
  if (accounts.length < 2) return null
  return (
    <Select
      label={t('account')}
      value={String(filters.asked.accountId ?? '')}
      onChange={(event) => filters.set({ account: event.target.value })}
      options={[
        { value: '', label: t('anyAccount') },
        ...accounts.map(({ id, account_type: type, account_number: number }) => ({
          value: String(id),
          label: t(type === 'savings' ? 'savings' : 'current', { number: maskedEnd(number) }),
        })),
      ]}
    />
  )
}

/** Words to look for: asked when the fingers pause. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useText(historyText)
  const [text, setText] = useTyping(value, onChange)
  return (
    <Field label={t('search')} hideLabel>
      {(control) => (
        <div className="relative">
          <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-3.5 my-auto size-4.5 text-ink-3" />
          <input
            {...control}
            type="search"
            value={text}
            maxLength={200}
            autoComplete="off"
            placeholder={t('searchHint')}
            onChange={(event) => setText(event.target.value)}
            className={`${CONTROL} pl-10 [&::-webkit-search-cancel-button]:grayscale`}
          />
        </div>
      )}
    </Field>
  )
}
