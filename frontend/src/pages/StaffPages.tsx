import type { ComponentType } from 'react'
import { Route, Routes } from 'react-router'
import { lazyPage } from '@/lib/lazyPage'
import { paths } from '@/lib/paths'

const NotFoundPage = lazyPage(() => import('./NotFoundPage'))

/** Every page of the back office, fetched when it is opened. */
const PAGES: readonly [path: string, Page: ComponentType][] = [
  [paths.admin, lazyPage(() => import('./admin/OverviewPage'))],
  [paths.adminApprovals, lazyPage(() => import('./admin/ApprovalsPage'))],
  [paths.adminHeld, lazyPage(() => import('./admin/HeldPage'))],
  [paths.adminCustomers, lazyPage(() => import('./admin/CustomersPage'))],
  [paths.adminCustomer(':userId'), lazyPage(() => import('./admin/CustomerPage'))],
  [paths.adminAccounts, lazyPage(() => import('./admin/AccountsPage'))],
  [paths.adminTransactions, lazyPage(() => import('./admin/TransactionsPage'))],
  [paths.adminDeadLetters, lazyPage(() => import('./admin/DeadLettersPage'))],
  [paths.adminAudit, lazyPage(() => import('./admin/AuditPage'))],
  [paths.adminSearch, lazyPage(() => import('./admin/SearchPage'))],
]

/** The back office: its addresses are no business of a customer's first load. */
export default function StaffPages() {
  return (
    <Routes>
      {PAGES.map(([path, Page]) => (
        <Route key={path} path={path.slice(paths.admin.length + 1)} element={<Page />} />
      ))}
      <Route path="*" element={<NotFoundPage />} />
    </Routes>
  )
}
