import type { ComponentType } from 'react'
import { matchPath } from 'react-router'
import { lazyPage } from './lib/lazyPage'
import { paths } from './lib/paths'

/** Who may open a page: the guards are in components/shell/Guards.tsx. */
type Audience = 'anyone' | 'signed-out' | 'signed-in' | 'admin'

/**
 * Every page of the app: its address, its module in pages/ and who may open it. A page is live as soon as its module
 * exists (with a default export); until then nothing links to it. Each is fetched when it is opened.
 */
const TABLE: readonly [path: string, module: string, audience: Audience][] = [
  [paths.signIn, 'SignInPage', 'signed-out'],
  [paths.signUp, 'SignUpPage', 'signed-out'],

  [paths.dashboard, 'DashboardPage', 'signed-in'],
  [paths.transfer, 'TransferPage', 'signed-in'],
  [paths.transferQr, 'TransferQrPage', 'signed-in'],
  [paths.accounts, 'AccountsPage', 'signed-in'],
  [paths.account(':accountId'), 'AccountPage', 'signed-in'],
  [paths.statement(':accountId'), 'StatementPage', 'signed-in'],
  [paths.activity, 'ActivityPage', 'signed-in'],
  [paths.transaction(':transactionId'), 'ActivityPage', 'signed-in'],
  [paths.deposit, 'DepositPage', 'signed-in'],
  [paths.withdraw, 'WithdrawPage', 'signed-in'],
  [paths.notifications, 'NotificationsPage', 'signed-in'],
  [paths.profile, 'ProfilePage', 'signed-in'],
  [paths.help, 'HelpPage', 'signed-in'],

  [paths.admin, 'admin/OverviewPage', 'admin'],
  [paths.adminApprovals, 'admin/ApprovalsPage', 'admin'],
  [paths.adminHeld, 'admin/HeldPage', 'admin'],
  [paths.adminCustomers, 'admin/CustomersPage', 'admin'],
  [paths.adminCustomer(':userId'), 'admin/CustomerPage', 'admin'],
  [paths.adminAccounts, 'admin/AccountsPage', 'admin'],
  [paths.adminTransactions, 'admin/TransactionsPage', 'admin'],
  [paths.adminDeadLetters, 'admin/DeadLettersPage', 'admin'],
  [paths.adminAudit, 'admin/AuditPage', 'admin'],
  [paths.adminSearch, 'admin/SearchPage', 'admin'],

  ...(import.meta.env.DEV ? [[paths.design, 'DesignPage', 'anyone'] as [string, string, Audience]] : []),
]

const modules = import.meta.glob<{ default: ComponentType }>(['./pages/**/*Page.tsx', '!./pages/DesignPage.tsx'])
const developmentModules = import.meta.env.DEV ? import.meta.glob<{ default: ComponentType }>('./pages/DesignPage.tsx') : {}

const lazyPages = new Map<string, ComponentType>()

const PAGES = TABLE.flatMap(([path, module, audience]) => {
  const load = modules[`./pages/${module}.tsx`] ?? developmentModules[`./pages/${module}.tsx`]
  if (load === undefined) return []
  // Two addresses of one module are one page: going between them keeps its state (a list and the detail beside it).
  const Page = lazyPages.get(module) ?? lazyPage(load)
  lazyPages.set(module, Page)
  return [{ path, audience, Page, load }]
})

/** The pages of an audience, each to be fetched when it is opened. */
export function pagesFor(audience: Audience) {
  return PAGES.filter((page) => page.audience === audience)
}

/**
 * Fetches the page of an address before it is known who is there: most often they may see it. Staff's pages wait until it
 * is known: nobody else gets their code. What fails is tried again.
 */
export function fetchPageAt(pathname: string): void {
  const found = PAGES.find(({ path }) => matchPath(path, pathname))
  if (found !== undefined && found.audience !== 'admin') void found.load().catch(() => undefined)
}

/** The addresses that have a page. */
export const pageAddresses: ReadonlySet<string> = new Set(PAGES.map(({ path }) => path))

export const NotFoundPage = lazyPage(() => import('./pages/NotFoundPage'))
