import { UserX, WalletMinimal } from 'lucide-react'
import { useState } from 'react'
import { useText } from '@/lib/i18n'
import { transferText } from '@/locales/transfer'
import { useAccountName } from '../accounts/useAccountName'
import { EmptyState, ErrorState, SkeletonRows } from '../ListFaces'
import { Person } from '../Person'
import { Button } from '../ui/Button'
import { RadioCards } from '../ui/Choice'
import { StepFrame } from './StepFrame'
import type { Transfer } from './useTransfer'

/** Which of the recipient's accounts. Skipped when there is only one. */
export function AccountStep({ transfer }: { transfer: Transfer }) {
  const t = useText(transferText)
  const nameOf = useAccountName()
  const { person, recipientAccounts: accounts, draft } = transfer
  const [chosenId, setChosenId] = useState(draft.destId) // said for good by going on: arrows walk through the choices
  const name = person?.name ?? ''
  const elsewhere = <Button onClick={() => transfer.go('who')}>{t('someoneElse')}</Button>

  if (transfer.personGone) return <EmptyState icon={UserX} title={t('personGone')} action={elsewhere} />
  if (transfer.recipientError) return <ErrorState error={transfer.recipientError} onRetry={transfer.retryRecipient} />
  if (accounts === undefined || person === undefined) return <SkeletonRows rows={2} />
  if (accounts.length === 0) {
    return (
      <EmptyState icon={WalletMinimal} title={t('accountNone', { name })} action={elsewhere}>
        {t('accountNoneHint')}
      </EmptyState>
    )
  }
  const chosen = accounts.find(({ id }) => id === chosenId) ?? accounts[0]
  return (
    <StepFrame
      title={t('accountTitle', { name })}
      onBack={transfer.back}
      submit={t('next')}
      onSubmit={() => {
        transfer.change({ destId: chosen?.id ?? null })
        transfer.go('amount')
      }}
    >
      <Person id={person.id} name={name} detail={`@${person.username}`} />
      <RadioCards
        legend={t('toAccount')}
        hideLegend
        name="destination"
        value={String(chosen?.id)}
        onChange={(id) => setChosenId(Number(id))}
        options={accounts.map((account) => ({
          value: String(account.id),
          title: <span className="inline-block first-letter:uppercase">{nameOf(account)}</span>,
          detail: account.holder_name,
        }))}
      />
    </StepFrame>
  )
}
