import { Search, SlidersHorizontal } from 'lucide-react'
import { useId, useState } from 'react'
import { useText } from '@/lib/i18n'
import { todayKey } from '@/lib/dates'
import { cn } from '@/lib/utils'
import { useTyping } from '@/lib/useTyping'
import { commonText } from '@/locales/common'
import { historyText } from '@/locales/history'
import { statusText } from '@/locales/status'
import { useMyAccounts } from '@/services/queries/accounts'
import { maskedEnd } from '../accounts/useAccountName'
import { Button } from '../ui/Button'
import { Chips } from '../ui/Chips'
import { DateRange } from '../ui/DateRange'
import { CONTROL, Field } from '../ui/Field'
import { Select } from '../ui/Select'
import type { Filters, Period } from './useHistoryFilters'

/**
 * Search, period, direction, state, and account where there is a choice. On a phone all but the search are behind a button, or
 * they would stand where the newest payments are looked for; what is on is shown from the start.
 */
export function FilterBar({ filters, chooseAccount }: { filters: Filters; chooseAccount: boolean }) {
  const t = useText(historyText)
  const { asked, period } = filters
  const panelId = useId()
  const on = [period !== 'any', asked.direction, asked.status, chooseAccount && asked.accountId].filter(Boolean).length
  const [open, setOpen] = useState(on > 0)
  return (
    <section aria-label={t('filters')} className="mb-5 flex flex-col gap-3 print:hidden">
      <div className="flex gap-2">
        <div className="grow">
          <SearchField value={asked.q ?? ''} onChange={(q) => filters.set({ q })} />
        </div>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={panelId}
          aria-label={on > 0 ? t('filtersOn', { count: on }) : t('filters')}
          onClick={() => setOpen(!open)}
          className={cn(
            'flex size-12 shrink-0 items-center justify-center rounded-md border transition-colors sm:hidden',
            on > 0 ? 'border-fjord bg-fjord-soft text-fjord' : 'border-line-2 bg-surface-1 hover:border-ink-3',
          )}
        >
          <SlidersHorizontal aria-hidden className="size-5" />
        </button>
      </div>
      <div id={panelId} className={cn('flex flex-col gap-3', !open && 'max-sm:hidden')}>
        <Panel filters={filters} chooseAccount={chooseAccount} />
      </div>
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
          onChange={({ from, to }) => filters.set({ from, to })}
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
