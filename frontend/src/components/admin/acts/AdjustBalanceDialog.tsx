import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { once } from '@/lib/keys'
import { formatMoney, fromWire } from '@/lib/money'
import { parseAmount } from '@/lib/money-entry'
import { adminActsText } from '@/locales/adminActs'
import { adminAPI } from '@/services/api'
import type { StaffAccount, TransactionDetail } from '@/services/types'
import { RadioCards } from '../../ui/Choice'
import { MoneyInput } from '../../ui/MoneyInput'
import { nameOf, shortNumber } from '../names'
import { ActDialog, type ActProps } from './ActDialog'
import { MovementPreview } from './MovementPreview'

type Direction = 'credit' | 'debit'

/** Correct a balance against the bank's suspense account (S58), with both sides of the movement shown while one types. */
export function AdjustBalanceDialog({ account, ...rest }: ActProps & { account: StaffAccount }) {
  const t = useText(adminActsText)
  const name = nameOf(account)
  const [direction, setDirection] = useState<Direction>('credit')
  const [amount, setAmount] = useState('')
  const minor = parseAmount(amount) ?? 0
  const [balance, available] = [fromWire(account.balance), fromWire(account.available)]
  const afterMinor = direction === 'credit' ? balance + minor : balance - minor
  const tooMuch = direction === 'debit' && minor > available

  const adjust = (reason: string): Promise<TransactionDetail> =>
    once('adjust', { account: account.id, minor, direction, reason }, (key) =>
      adminAPI.adjustBalance(account.id, { amountMinor: minor, direction, reason }, key),
    )

  const label = formatMoney(minor)
  return (
    <ActDialog
      {...rest}
      title={t('adjustTitle', { name })}
      description={t('accountHint', { type: '', number: account.account_number }).trim()}
      confirmLabel={minor === 0 ? t('adjust') : direction === 'credit' ? t('adjustCredit', { amount: label }) : t('adjustDebit', { amount: label })}
      danger={direction === 'debit'}
      reason="required"
      focusReason={false}
      writes={[t('writesNotice', { name })]}
      check={() => (minor === 0 ? t('amountMissing') : tooMuch ? t('amountTooMuch', { amount: formatMoney(available) }) : undefined)}
      act={adjust}
      said={() => t('adjusted', { amount: formatMoney(afterMinor) })}
    >
      <RadioCards
        legend={t('direction')}
        hideLegend
        name="direction"
        value={direction}
        onChange={setDirection}
        options={[
          { value: 'credit', title: t('credit'), detail: t('creditHint') },
          { value: 'debit', title: t('debit'), detail: t('debitHint') },
        ]}
      />
      <MoneyInput
        label={t('amount')}
        value={amount}
        onChange={setAmount}
        error={tooMuch ? t('amountTooMuch', { amount: formatMoney(available) }) : undefined}
      />
      <MovementPreview
        legs={[
          { key: 'suspense', account: t('suspense'), side: direction === 'credit' ? 'debit' : 'credit', minor },
          { key: 'customer', account: `${name} ${shortNumber(account.account_number)}`, side: direction, minor, afterMinor },
        ]}
      />
    </ActDialog>
  )
}
