import { CashPage } from '@/components/cash/CashPage'

/** Cash taken out: ask, follow, look back (S68). */
export default function WithdrawPage() {
  return <CashPage kind="withdrawal" />
}
