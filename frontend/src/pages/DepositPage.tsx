import { CashPage } from '@/components/cash/CashPage'

/** Cash paid in: ask, follow, look back (S67). */
export default function DepositPage() {
  return <CashPage kind="deposit" />
}
