import { useState, type SubmitEvent } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { readDraft, writeDraft } from '@/lib/drafts'
import { isPassing } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { parseAmount } from '@/lib/money-entry'
import { cashText } from '@/locales/cash'
import { transferText } from '@/locales/transfer'
import { useOrderPayment } from '@/services/queries/transactions'
import type { Account } from '@/services/types'
import { useAccountName } from '../accounts/useAccountName'
import { Reference } from '../Reference'
import { Refusal } from '../Refusal'
import { Button } from '../ui/Button'
import { RadioCards } from '../ui/Choice'
import { TextInput } from '../ui/Field'
import { MoneyInput } from '../ui/MoneyInput'
import { Notice } from '../ui/Notice'

export type CashKind = 'deposit' | 'withdrawal'

interface Draft {
  accountId: number | null
  amount: string
  note: string
}

const NOTE_LENGTH_MAX = 140

interface Props {
  kind: CashKind
  accounts: readonly Account[]
  /** Of the page, to which the payment's number is put once the bank has it. */
  address: string
}

/** How much, to or from which account. Kept over a reload; the bank takes it once. */
export function CashForm({ kind, accounts, address }: Props) {
  const t = useText(cashText)
  const navigate = useNavigate()
  const order = useOrderPayment()
  const [tried, setTried] = useState(false)
  const { draft, change, account, forget } = useCashDraft(kind, accounts)
  const amountMinor = parseAmount(draft.amount)
  const available = account ? fromWire(account.available) : 0
  const paysIn = kind === 'deposit'
  const tooMuch = !paysIn && amountMinor !== null && amountMinor > available
  const error = tooMuch
    ? t('amountTooMuch', { amount: formatMoney(amountMinor), available: formatMoney(available) })
    : tried && amountMinor === null
      ? t('amountMissing')
      : undefined

  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    setTried(true)
    if (order.isPending || account === undefined) return
    if (amountMinor === null || tooMuch) {
      document.querySelector<HTMLElement>('[name="amount"]')?.focus()
      return
    }
    const note = draft.note.trim()
    order
      .mutateAsync({ kind, cash: { accountId: account.id, amountMinor, ...(note ? { note } : {}) } })
      .then(({ transaction_id: id }) => {
        forget()
        if (window.location.pathname === address) void navigate(`${address}?payment=${id}`, { replace: true })
      })
      .catch(() => undefined) // said below, where it happened
  }

  const amount = amountMinor === null ? null : formatMoney(amountMinor)
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-6">
      <div>
        <MoneyInput large label={t('amount')} name="amount" value={draft.amount} onChange={(text) => change({ amount: text })} error={error} />
        <After account={account} minor={paysIn ? available + (amountMinor ?? 0) : available - (amountMinor ?? 0)} hidden={tooMuch} />
      </div>
      {accounts.length > 1 && <AccountChoice kind={kind} accounts={accounts} chosen={account} onChange={(accountId) => change({ accountId })} />}
      <TextInput label={t('note')} maxLength={NOTE_LENGTH_MAX} autoComplete="off" value={draft.note} onChange={(event) => change({ note: event.target.value })} />
      {order.error && <Refused error={order.error} />}
      <Button type="submit" tone="primary" size="large" wide busy={order.isPending}>
        {paysIn ? (amount ? t('inSend', { amount }) : t('inSendEmpty')) : amount ? t('outSend', { amount }) : t('outSendEmpty')}
      </Button>
    </form>
  )
}

function useCashDraft(kind: CashKind, accounts: readonly Account[]) {
  const name = `${kind}.${useUser().id}`
  const [params] = useSearchParams()
  const [draft, setDraft] = useState<Draft>(() => ({ accountId: null, amount: '', note: '', ...readDraft<Draft>(name) }))
  const wanted = draft.accountId ?? Number(params.get('account'))
  return {
    draft,
    account: accounts.find(({ id }) => id === wanted) ?? accounts[0],
    change: (part: Partial<Draft>): void => {
      const next = { ...draft, ...part }
      writeDraft(name, next)
      setDraft(next)
    },
    forget: () => writeDraft(name, null),
  }
}

function After({ account, minor, hidden }: { account: Account | undefined; minor: number; hidden: boolean }) {
  const t = useText(cashText)
  const nameOf = useAccountName()
  return (
    <p aria-live="polite" className="min-h-5 text-small text-ink-2">
      {account && !hidden && t('after', { amount: formatMoney(minor), account: nameOf(account) })}
    </p>
  )
}

interface ChoiceProps {
  kind: CashKind
  accounts: readonly Account[]
  chosen: Account | undefined
  onChange: (accountId: number) => void
}

function AccountChoice({ kind, accounts, chosen, onChange }: ChoiceProps) {
  const t = useText(cashText)
  const nameOf = useAccountName()
  return (
    <RadioCards
      legend={kind === 'deposit' ? t('inAccount') : t('outAccount')}
      name="account"
      value={chosen ? String(chosen.id) : null}
      onChange={(id) => onChange(Number(id))}
      options={accounts.map((account) => ({
        value: String(account.id),
        title: <span className="inline-block first-letter:uppercase">{nameOf(account)}</span>,
        detail: t('available', { amount: formatMoney(fromWire(account.available)) }),
      }))}
    />
  )
}

function Refused({ error }: { error: Error }) {
  const t = useText(cashText)
  const transfer = useText(transferText)
  if (isPassing(error)) {
    return (
      <Notice tone="wait" alert title={transfer('lost')}>
        {transfer('lostHint')}
        <Reference error={error} />
      </Notice>
    )
  }
  return <Refusal error={error} title={t('refused')} />
}
