import { ArrowDownToLine } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useUser } from '@/contexts/AuthContext'
import { readDraft } from '@/lib/drafts'
import { useText } from '@/lib/i18n'
import { fromWire } from '@/lib/money'
import { paths } from '@/lib/paths'
import { transferText } from '@/locales/transfer'
import type { Account } from '@/services/types'
import { EmptyState } from '../ListFaces'
import { ButtonLink } from '../ui/Button'

interface Props {
  /** What the form's draft is called. */
  draft: 'transfer' | 'withdrawal'
  accounts: readonly Account[]
  /** The form, for who has something that could go out. */
  children: ReactNode
}

/**
 * Says before a form is filled in that nothing can go out, because nothing is there; and how something comes in, which it notices.
 * A form that has begun stays, over a reload, too: what it sends may be all there is, and its answer may have been lost.
 */
export function NeedMoney({ accounts, draft, children }: Props) {
  const t = useText(transferText)
  const name = `${draft}.${useUser().id}`
  const isEmpty = accounts.every(({ available }) => fromWire(available) <= 0)
  const [begun, setBegun] = useState(() => !isEmpty || readDraft(name) !== null)
  if (!isEmpty && !begun) setBegun(true)
  if (begun || !isEmpty) return children
  const isReserved = accounts.some(({ balance }) => fromWire(balance) > 0)
  return (
    <EmptyState icon={ArrowDownToLine} title={t(isReserved ? 'allReserved' : 'needMoney')} action={<ButtonLink to={paths.deposit} tone="primary">{t('payIn')}</ButtonLink>}>
      {t(isReserved ? 'allReservedHint' : 'needMoneyHint')}
    </EmptyState>
  )
}
