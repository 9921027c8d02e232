import {
  ArrowLeftRight,
  Bell,
  Building2,
  ClipboardCheck,
  House,
  LayoutDashboard,
  LifeBuoy,
  MailWarning,
  Receipt,
  ScrollText,
  Search,
  Send,
  ShieldQuestion,
  UserRound,
  Users,
  Wallet,
  type LucideIcon,
} from 'lucide-react'
import { useAuth } from '@/contexts/AuthContext'
import { paths } from '@/lib/paths'
import type { User } from '@/services/types'

export interface NavigationLink {
  to: string
  /** Its name in `shellText`. */
  name:
    | 'navHome' | 'navTransfer' | 'navAccounts' | 'navActivity' | 'navNotifications' | 'navProfile' | 'navHelp'
    | 'navOverview' | 'navApprovals' | 'navHeld' | 'navCustomers' | 'navBankAccounts' | 'navPayments' | 'navUndelivered' | 'navTrail' | 'navFind'
  icon: LucideIcon
  group: 'bank' | 'self' | 'staff'
}

const CUSTOMER: NavigationLink[] = [
  { to: paths.dashboard, name: 'navHome', icon: House, group: 'bank' },
  { to: paths.transfer, name: 'navTransfer', icon: Send, group: 'bank' },
  { to: paths.accounts, name: 'navAccounts', icon: Wallet, group: 'bank' },
  { to: paths.activity, name: 'navActivity', icon: Receipt, group: 'bank' },
  { to: paths.notifications, name: 'navNotifications', icon: Bell, group: 'self' },
  { to: paths.profile, name: 'navProfile', icon: UserRound, group: 'self' },
  { to: paths.help, name: 'navHelp', icon: LifeBuoy, group: 'self' },
]

const STAFF: NavigationLink[] = [
  { to: paths.admin, name: 'navOverview', icon: LayoutDashboard, group: 'staff' },
  { to: paths.adminApprovals, name: 'navApprovals', icon: ClipboardCheck, group: 'staff' },
  { to: paths.adminHeld, name: 'navHeld', icon: ShieldQuestion, group: 'staff' },
  { to: paths.adminCustomers, name: 'navCustomers', icon: Users, group: 'staff' },
  { to: paths.adminAccounts, name: 'navBankAccounts', icon: Building2, group: 'staff' },
  { to: paths.adminTransactions, name: 'navPayments', icon: ArrowLeftRight, group: 'staff' },
  { to: paths.adminDeadLetters, name: 'navUndelivered', icon: MailWarning, group: 'staff' },
  { to: paths.adminAudit, name: 'navTrail', icon: ScrollText, group: 'staff' },
  { to: paths.adminSearch, name: 'navFind', icon: Search, group: 'staff' },
]

/** Where this person can go, by role (S83). The bank checks every request anyway; this only spares dead ends. */
export function getNavigationLinks(user: User | null): NavigationLink[] {
  if (user === null) return []
  return user.role === 'admin' ? [...STAFF, ...CUSTOMER] : CUSTOMER
}

/** Where the signed-in person can go. */
export function useNavigationLinks(): NavigationLink[] {
  return getNavigationLinks(useAuth().user)
}
