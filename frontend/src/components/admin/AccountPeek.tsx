import { useState } from 'react'
import { Link } from 'react-router'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { adminText } from '@/locales/admin'
import { adminActsText } from '@/locales/adminActs'
import { useStaffAccount } from '@/services/queries/admin'
import type { StaffAccount } from '@/services/types'
import { Read } from '../ListFaces'
import { Money } from '../Money'
import { Status } from '../Status'
import { Button } from '../ui/Button'
import { When } from '../When'
import { ActButton } from './ActButton'
import { DecideAccountDialog, SwitchAccountDialog } from './acts/accountActs'
import { AdjustBalanceDialog } from './acts/AdjustBalanceDialog'
import { accountState } from './columns'
import { Facts, Part } from './Facts'
import { nameOf } from './names'
import { Peek } from './Peek'
import { RecentPayments } from './RecentPayments'
import { TrailHistory } from './TrailHistory'
import type { OpenRow } from './useOpenRow'

type Act = 'approve' | 'reject' | 'switch' | 'adjust'

interface Props {
  row: OpenRow
  /** It was opened or refused: where only those that wait are listed, it is there no more. */
  onDecided?: () => void
}

/** One account in the sheet: its owner and balances, its latest payments, its history, and what can be done. */
export function AccountPeek({ row, onDecided }: Props) {
  const acts = useText(adminActsText)
  const t = useText(adminText)
  const query = useStaffAccount(row.id)
  const [act, setAct] = useState<Act | null>(null)
  const account = query.data
  const waits = account?.status === 'pending'
  const close = (): void => setAct(null)
  if (row.id === null) return null
  return (
    <>
      <Peek
        row={row}
        title={account?.account_number ?? t('account')}
        keys={waits ? { a: () => setAct('approve'), r: () => setAct('reject') } : account?.status === 'approved' ? { b: () => setAct('adjust') } : {}}
        actions={
          waits ? (
            <>
              <ActButton hotkey="r" onClick={() => setAct('reject')}>
                {acts('reject')}
              </ActButton>
              <ActButton hotkey="a" tone="primary" onClick={() => setAct('approve')}>
                {acts('approve')}
              </ActButton>
            </>
          ) : (
            account?.status === 'approved' && (
              <>
                <Button onClick={() => setAct('switch')}>{account.is_active ? acts('switchOff') : acts('switchOn')}</Button>
                <ActButton hotkey="b" tone="primary" onClick={() => setAct('adjust')}>
                  {acts('adjust')}
                </ActButton>
              </>
            )
          )
        }
      >
        <Read query={query}>{(data) => <Account account={data} />}</Read>
      </Peek>
      {account && (act === 'approve' || act === 'reject') && <DecideAccountDialog account={account} action={act} onClose={close} onDone={onDecided} />}
      {account && act === 'switch' && <SwitchAccountDialog account={account} onClose={close} />}
      {account && act === 'adjust' && <AdjustBalanceDialog account={account} onClose={close} />}
    </>
  )
}

function Account({ account }: { account: StaffAccount }) {
  const t = useText(adminText)
  const [balance, available] = [fromWire(account.balance), fromWire(account.available)]
  return (
    <>
      <p className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Money minor={balance} size="figure" />
        <Status of={accountState(account)} />
      </p>
      <Facts
        facts={[
          [
            t('owner'),
            <Link key="owner" to={paths.adminCustomer(account.user_id)} className="font-medium text-fjord hover:underline">
              {nameOf(account)}
            </Link>,
          ],
          [t('type'), account.account_type === 'savings' ? t('savings') : t('current')],
          [t('available'), <Money key="available" minor={available} />],
          balance !== available && [t('reserved'), <Money key="reserved" minor={balance - available} />],
          [t('kycChecked'), account.kyc_checked ? t('yes') : t('no')],
          [t('opened'), <When key="opened" at={account.created_at} />],
          account.decided_at !== null && [t('decided'), <When key="decided" at={account.decided_at} />],
          [t('decisionReason'), account.decision_reason],
        ]}
      />
      <Part
        title={t('recentPayments')}
        aside={
          <Link to={`${paths.adminTransactions}?account=${account.id}`} className="text-small font-medium text-fjord hover:underline">
            {t('openPayments')}
          </Link>
        }
      >
        <RecentPayments whose={{ accountId: account.id }} />
      </Part>
      <Part title={t('history')}>
        <TrailHistory type="account" id={account.id} />
      </Part>
    </>
  )
}
