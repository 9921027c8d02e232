import type { ReactNode } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { ApiError, isPassing } from '@/lib/errors'
import { useLanguage, useText } from '@/lib/i18n'
import { formatMoney, fromWire } from '@/lib/money'
import { moneyInWords } from '@/lib/money-words'
import { paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import { useOrderPayment } from '@/services/queries/transactions'
import type { Account } from '@/services/types'
import { useAccountName } from '../accounts/useAccountName'
import { useMotionAhead } from '../payment/OutcomeMark'
import { Reference } from '../Reference'
import { Refusal } from '../Refusal'
import { Button, ButtonLink } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { StepFrame } from './StepFrame'
import type { Destination, Transfer } from './useTransfer'

interface Props {
  transfer: Transfer
  source: Account
  destination: Destination
  amountMinor: number
}

/** The whole payment in one sentence with both names, and the one button that sends it. */
export function ReviewStep({ transfer, source, destination, amountMinor }: Props) {
  const t = useText(transferText)
  const language = useLanguage()
  const user = useUser()
  const nameOf = useAccountName()
  const order = useOrderPayment()
  useMotionAhead()
  const own = transfer.draft.mode === 'own'
  const amount = formatMoney(amountMinor)
  const words = moneyInWords(amountMinor, language)
  const note = transfer.draft.note.trim()
  const accounts = { amount, fromAccount: nameOf(source), toAccount: nameOf(destination) }
  const recipient = 'holder_name' in destination ? destination.holder_name : ''

  const send = (): void => {
    const payment = { srcAccount: source.id, destAccount: destination.id, amountMinor, ...(note ? { note } : {}) }
    order
      .mutateAsync({ kind: own ? 'between-accounts' : 'transfer', payment })
      .then((accepted) => transfer.finish(accepted.transaction_id))
      .catch(() => undefined) // said below, where it happened
  }

  return (
    <StepFrame
      title={t('reviewTitle')}
      onBack={transfer.back}
      submit={own ? t('move', { amount }) : t('send', { amount })}
      busy={order.isPending}
      onSubmit={send}
    >
      <p className="text-lead break-words">
        {own ? t('sentenceOwn', accounts) : t('sentence', { ...accounts, sender: user.full_name || user.username, recipient })}
      </p>
      <dl className="card divide-y divide-line-1 px-4">
        <Fact name={t('inWords')}>
          <span className="inline-block first-letter:uppercase">{words}</span>
        </Fact>
        <Fact name={t('stays')}>
          <span className="tabular">{formatMoney(fromWire(source.available) - amountMinor)}</span>
        </Fact>
        {note !== '' && <Fact name={t('noteGiven')}>{note}</Fact>}
      </dl>
      {order.error && <Refused error={order.error} transfer={transfer} />}
    </StepFrame>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-6 gap-y-0.5 py-3">
      <dt className="text-ink-2">{name}</dt>
      <dd className="min-w-0 font-medium break-words">{children}</dd>
    </div>
  )
}

/** Why the bank said no, in its own words, and what can be done about it. */
function Refused({ error, transfer }: { error: Error; transfer: Transfer }) {
  const t = useText(transferText)
  if (isPassing(error)) {
    return (
      <Notice tone="wait" alert title={t('lost')}>
        {t('lostHint')}
        <Reference error={error} />
      </Notice>
    )
  }
  const code = error instanceof ApiError ? error.code : ''
  const action =
    code === 'kyc_required' ? (
      <ButtonLink size="small" to={paths.profile}>{t('toProfile')}</ButtonLink>
    ) : code === 'recipient_not_found' ? (
      <Button size="small" onClick={() => transfer.go('who')}>{t('someoneElse')}</Button>
    ) : (
      <Button size="small" onClick={() => transfer.go('amount')}>{t('changeAmount')}</Button>
    )
  return <Refusal error={error} title={t('refused')} action={action} />
}
