import { useEffect, useRef } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { Read, SkeletonRows } from '@/components/ListFaces'
import { PageHeader } from '@/components/PageHeader'
import { Progress } from '@/components/payment/Progress'
import { AccountStep } from '@/components/transfer/AccountStep'
import { AmountStep } from '@/components/transfer/AmountStep'
import { NeedAccount } from '@/components/transfer/NeedAccount'
import { NeedMoney } from '@/components/transfer/NeedMoney'
import { OwnAccountsStep } from '@/components/transfer/OwnAccountsStep'
import { ReviewStep } from '@/components/transfer/ReviewStep'
import { takeUpAgain, useTransfer, type Mode, type Step } from '@/components/transfer/useTransfer'
import { WhoStep } from '@/components/transfer/WhoStep'
import { Button, ButtonLink } from '@/components/ui/Button'
import { Chips } from '@/components/ui/Chips'
import { Stepper } from '@/components/ui/Stepper'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { idIn, paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import { useMyAccounts } from '@/services/queries/accounts'
import { isUsable } from '@/services/queries/money'
import type { Account } from '@/services/types'

/** Sending money: who, which account, how much, check, sent. One decision per step (S86, S92, S97). */
export default function TransferPage() {
  const t = useText(transferText)
  const [params] = useSearchParams()
  const accounts = useMyAccounts()
  const payment = idIn(params.get('payment'))
  return (
    <div className="column">
      <PageHeader title={t('title')} />
      {payment !== null ? (
        <Sent transactionId={payment} />
      ) : (
        <Read query={accounts} skeleton={<SkeletonRows rows={4} />}>
          {(data) => <Begun accounts={data} />}
        </Read>
      )}
    </div>
  )
}

function Begun({ accounts }: { accounts: readonly Account[] }) {
  const t = useText(transferText)
  const usable = accounts.filter(isUsable)
  if (usable.length === 0) return <NeedAccount accounts={accounts} hint={t('needAccountHint')} />
  return (
    <NeedMoney accounts={usable} draft="transfer">
      <Steps accounts={usable} />
    </NeedMoney>
  )
}

function Steps({ accounts }: { accounts: readonly Account[] }) {
  const t = useText(transferText)
  const transfer = useTransfer(accounts)
  const { step, draft, source, destination, amountMinor } = transfer
  const own = draft.mode === 'own'
  useFocusOnStep(step)
  const names = own
    ? [t('stepAccounts'), t('stepAmount'), t('stepReview')]
    : [t('stepWho'), t('stepAccount'), t('stepAmount'), t('stepReview')]
  const position = { who: 0, account: 1, amount: own ? 1 : 2, review: own ? 2 : 3 }[step]
  return (
    <div className="flex flex-col gap-6">
      {step === 'who' && (
        <Chips<Mode>
          label={t('modeLabel')}
          value={draft.mode}
          onChange={(mode) => transfer.change({ mode, destId: null })}
          options={[
            { value: 'others', label: t('toOthers') },
            { value: 'own', label: t('betweenOwn') },
          ]}
        />
      )}
      <Stepper steps={names} current={position} />
      {step === 'review' && source && destination && amountMinor !== null ? (
        <ReviewStep transfer={transfer} source={source} destination={destination} amountMinor={amountMinor} />
      ) : step === 'amount' ? (
        <AmountStep transfer={transfer} accounts={accounts} />
      ) : step === 'account' ? (
        <AccountStep transfer={transfer} />
      ) : own ? (
        <OwnAccountsStep transfer={transfer} accounts={accounts} />
      ) : (
        <WhoStep transfer={transfer} />
      )}
    </div>
  )
}

/** A new step is a new place: its title is read out, and the next key belongs to it. The first one came with the page. */
function useFocusOnStep(step: Step): void {
  const before = useRef(step)
  useEffect(() => {
    if (before.current === step) return
    before.current = step
    window.scrollTo(0, 0)
    document.querySelector<HTMLElement>('[data-step-title]')?.focus()
  }, [step])
}

function Sent({ transactionId }: { transactionId: number }) {
  const t = useText(transferText)
  const user = useUser()
  const navigate = useNavigate()
  const again = (): void => {
    void navigate(takeUpAgain(user.id, transactionId) ? `${paths.transfer}?step=amount` : paths.transfer)
  }
  return (
    <Progress
      transactionId={transactionId}
      actions={({ status }) =>
        status === 'FAILED' ? (
          <Button tone="primary" onClick={again}>
            {t('tryAgain')}
          </Button>
        ) : (
          <>
            <ButtonLink to={paths.dashboard} tone="primary">
              {t('home')}
            </ButtonLink>
            <ButtonLink to={paths.transfer}>{t('another')}</ButtonLink>
          </>
        )
      }
    />
  )
}
