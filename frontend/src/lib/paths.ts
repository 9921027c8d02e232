/** Every address of the app, so that no page writes one by hand. The pages behind them: src/routes.tsx. */
export const paths = {
  dashboard: '/',
  signIn: '/sign-in',
  signUp: '/sign-up',
  transfer: '/transfer',
  accounts: '/accounts',
  account: (accountId: number | ':accountId') => `/accounts/${accountId}`,
  statement: (accountId: number | ':accountId') => `/accounts/${accountId}/statement`,
  activity: '/activity',
  transaction: (transactionId: number | ':transactionId') => `/activity/${transactionId}`,
  deposit: '/deposit',
  withdraw: '/withdraw',
  notifications: '/notifications',
  profile: '/profile',
  help: '/help',
  admin: '/admin',
  adminApprovals: '/admin/approvals',
  adminHeld: '/admin/held',
  adminCustomers: '/admin/customers',
  adminCustomer: (userId: number | ':userId') => `/admin/customers/${userId}`,
  adminAccounts: '/admin/bank-accounts',
  adminTransactions: '/admin/payments',
  adminDeadLetters: '/admin/undelivered',
  adminAudit: '/admin/trail',
  adminSearch: '/admin/find',
  design: '/design',
} as const

/** The id that stands in an address; null where there is none. */
export function idIn(text: string | null | undefined): number | null {
  const id = /^\d+$/.test(text ?? '') ? Number(text) : NaN
  return Number.isSafeInteger(id) ? id : null
}

/** The state of a navigation that opens something beside the page (a sheet): the page keeps its place and the focus. */
export const IN_PLACE = { inPlace: true } as const

/** Whether a location was come to in place. */
export function isInPlace(state: unknown): boolean {
  return (state as Partial<typeof IN_PLACE> | null)?.inPlace === true
}

/** The transfer page with the person filled in (S92). */
export function transferTo(userId: number, name: string): string {
  return `${paths.transfer}?${new URLSearchParams({ to: String(userId), name })}`
}
