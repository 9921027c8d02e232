import type { ComponentType } from 'react'
import { matchPath } from 'react-router'
import { lazyPage } from './lib/lazyPage'
import { paths } from './lib/paths'

/** Who may open a page: the guards are in components/shell/Guards.tsx. The back office's are in pages/StaffPages.tsx. */
type Audience = 'anyone' | 'signed-out' | 'signed-in'

type Load = () => Promise<{ default: ComponentType }>

interface Page {
  path: string
  audience: Audience
  Page: ComponentType
  load: Load
}

/** Addresses with one page: going between them keeps its state (a list and the detail beside it). */
function page(audience: Audience, load: Load, ...addresses: string[]): Page[] {
  const Page = lazyPage(load)
  return addresses.map((path) => ({ path, audience, Page, load }))
}

/** Every page of a customer: who may open it, its module, fetched when it is opened, and its address. */
const PAGES: readonly Page[] = [
  ...page('signed-out', () => import('./pages/SignInPage'), paths.signIn),
  ...page('signed-out', () => import('./pages/SignUpPage'), paths.signUp),

  ...page('signed-in', () => import('./pages/DashboardPage'), paths.dashboard),
  ...page('signed-in', () => import('./pages/TransferPage'), paths.transfer),
  ...page('signed-in', () => import('./pages/AccountsPage'), paths.accounts),
  ...page('signed-in', () => import('./pages/AccountPage'), paths.account(':accountId')),
  ...page('signed-in', () => import('./pages/StatementPage'), paths.statement(':accountId')),
  ...page('signed-in', () => import('./pages/ActivityPage'), paths.activity, paths.transaction(':transactionId')),
  ...page('signed-in', () => import('./pages/DepositPage'), paths.deposit),
  ...page('signed-in', () => import('./pages/WithdrawPage'), paths.withdraw),
  ...page('signed-in', () => import('./pages/NotificationsPage'), paths.notifications),
  ...page('signed-in', () => import('./pages/ProfilePage'), paths.profile),
  ...page('signed-in', () => import('./pages/HelpPage'), paths.help),

  ...(import.meta.env.DEV ? page('anyone', () => import('./pages/DesignPage'), paths.design) : []),
]

/** The pages of an audience. */
export function pagesFor(audience: Audience): Page[] {
  return PAGES.filter((one) => one.audience === audience)
}

/**
 * Fetches the page of an address before it is known who is there: most often they may see it. Staff's pages wait until it
 * is known: nobody else gets their code. What fails is tried again.
 */
export function fetchPageAt(pathname: string): void {
  void PAGES.find(({ path }) => matchPath(path, pathname))
    ?.load()
    .catch(() => undefined)
}

export const StaffPages = lazyPage(() => import('./pages/StaffPages'))
export const NotFoundPage = lazyPage(() => import('./pages/NotFoundPage'))
