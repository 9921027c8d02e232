import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { transferText } from '@/locales/transfer'
import type { Account } from '@/services/types'
import { useAccountName } from '../accounts/useAccountName'
import { Person } from '../Person'
import { RadioCards } from '../ui/Choice'
import { TextInput } from '../ui/Field'
import { MoneyInput } from '../ui/MoneyInput'
import { StepFrame } from './StepFrame'
import type { Transfer } from './useTransfer'

/** As long as the bank keeps it. */
const NOTE_LENGTH_MAX = 140

/** How much, from where, and what for; what stays afterwards is said while one types. */
export function AmountStep({ transfer, accounts }: { transfer: Transfer; accounts: readonly Account[] }) {
  const t = useText(transferText)
  const nameOf = useAccountName()
  const [tried, setTried] = useState(false)
  const { draft, source, amountMinor, person } = transfer
  const available = source ? fromWire(source.available) : 0
  const tooMuch = amountMinor !== null && amountMinor > available
  const error = tooMuch
    ? t('amountTooMuch', { amount: formatMoney(amountMinor), available: formatMoney(available) })
    : tried && amountMinor === null
      ? t('amountMissing')
      : undefined

  const submit = (): void => {
    setTried(true)
    if (amountMinor === null || tooMuch) document.querySelector<HTMLElement>('[name="amount"]')?.focus()
    else transfer.go('review')
  }

  return (
    <StepFrame title={t('amountTitle')} onBack={transfer.back} submit={t('next')} onSubmit={submit}>
      {draft.mode === 'others' && person && transfer.destination && (
        <Person id={person.id} name={person.name} detail={nameOf(transfer.destination)} />
      )}
      <div>
        <MoneyInput
          large
          label={t('amount')}
          hideLabel
          name="amount"
          value={draft.amount}
          onChange={(amount) => transfer.change({ amount })}
          error={error}
        />
        <p aria-live="polite" className="min-h-5 text-small text-ink-2">
          {source && !tooMuch && t('after', { amount: formatMoney(available - (amountMinor ?? 0)), account: nameOf(source) })}
        </p>
      </div>
      {draft.mode === 'others' && accounts.length > 1 && (
        <RadioCards
          legend={t('fromAccount')}
          name="source"
          value={source ? String(source.id) : null}
          onChange={(id) => transfer.change({ srcId: Number(id) })}
          options={accounts.map((account) => ({
            value: String(account.id),
            title: <span className="inline-block first-letter:uppercase">{nameOf(account)}</span>,
            detail: t('available', { amount: formatMoney(fromWire(account.available)) }),
          }))}
        />
      )}
      <TextInput
        label={t('note')}
        hint={draft.mode === 'others' ? t('noteHint') : t('noteHintOwn')}
        maxLength={NOTE_LENGTH_MAX}
        autoComplete="off"
        value={draft.note}
        onChange={(event) => transfer.change({ note: event.target.value })}
      />
    </StepFrame>
  )
}
