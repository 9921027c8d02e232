import { Wallet } from 'lucide-react'
import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import type { Account } from '@/services/types'
import { useAccountName } from '../accounts/useAccountName'
import { EmptyState } from '../ListFaces'
import { ButtonLink } from '../ui/Button'
import { RadioCards } from '../ui/Choice'
import { StepFrame } from './StepFrame'
import type { Transfer } from './useTransfer'

/** From which of one's own accounts to which. */
export function OwnAccountsStep({ transfer, accounts }: { transfer: Transfer; accounts: readonly Account[] }) {
  const t = useText(transferText)
  const nameOf = useAccountName()
  const [tried, setTried] = useState(false)
  const { source, destination } = transfer
  if (accounts.length < 2) {
    return (
      <EmptyState icon={Wallet} title={t('needTwo')} action={<ButtonLink to={paths.accounts}>{t('toAccounts')}</ButtonLink>}>
        {t('needTwoHint')}
      </EmptyState>
    )
  }
  const option = (account: Account) => ({
    value: String(account.id),
    title: <span className="inline-block first-letter:uppercase">{nameOf(account)}</span>,
    detail: t('available', { amount: formatMoney(fromWire(account.available)) }),
  })
  const pickSource = (id: number): void => {
    // With two accounts the other one is meant; with more, only a choice that became impossible is taken back.
    const others = accounts.filter((account) => account.id !== id)
    const still = others.find((account) => account.id === transfer.draft.destId)
    transfer.change({ srcId: id, destId: still?.id ?? (others.length === 1 ? (others[0]?.id ?? null) : null) })
  }
  return (
    <StepFrame
      title={t('accountsTitle')}
      submit={t('next')}
      onSubmit={() => (source && destination ? transfer.go('amount') : setTried(true))}
    >
      <RadioCards
        legend={t('fromAccount')}
        name="source"
        value={source ? String(source.id) : null}
        onChange={(id) => pickSource(Number(id))}
        options={accounts.map(option)}
      />
      <RadioCards
        legend={t('toAccount')}
        name="destination"
        value={destination ? String(destination.id) : null}
        onChange={(id) => transfer.change({ destId: Number(id) })}
        options={accounts.filter(({ id }) => id !== source?.id).map(option)}
        error={tried && !(source && destination) ? t('pickBoth') : undefined}
      />
    </StepFrame>
  )
}
