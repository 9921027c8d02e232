/** A transaction as one person sees it: who is on the other side, and which way the money goes for them. */

import { dayKey, splitByDay } from '@/lib/dates'
import { fromWire } from '@/lib/money'
import type { Transaction } from './types'

export type Direction = 'in' | 'out' | 'own'

export interface Activity {
  transaction: Transaction
  direction: Direction
  /** The person on the other side; null for money of one's own or the bank's. */
  other: { id: number; name: string } | null
  amountMinor: number
  /** The bank's day it was asked for on. */
  day: string
}

/** Sees `transaction` as `userId` does; with `accountId`, from that account of theirs, which only ever gains or loses. */
export function activityOf(transaction: Transaction, userId: number, accountId?: number): Activity {
  // Without an account on one side (cash, an adjustment) that side is the bank, whatever user stands there.
  const isSource = transaction.src_account !== null && transaction.src_user_id === userId
  const isTarget = transaction.dest_account !== null && transaction.dest_user_id === userId
  const isOwn = isSource && isTarget && accountId === undefined
  const isOut = isSource && (!isTarget || transaction.src_account === accountId)
  const direction: Direction = isOwn ? 'own' : isOut ? 'out' : 'in'
  const [id, name] = isSource
    ? [transaction.dest_user_id, transaction.dest_user_name]
    : [transaction.src_user_id, transaction.src_user_name]
  const other = id === null || id === userId || name === '' ? null : { id, name }
  return { transaction, direction, other, amountMinor: fromWire(transaction.amount), day: dayKey(transaction.timestamp) }
}

/** Whether its outcome is still open: on its way, or held for a check. */
export function isOpen({ status }: Transaction): boolean {
  return status === 'PENDING' || status === 'UNDER_REVIEW'
}

export interface Totals {
  count: number
  inMinor: number
  outMinor: number
}

/** How much came and went in these; what failed or is still open moved nothing, and between own accounts nothing is won. */
export function totalsOf(activities: readonly Activity[]): Totals {
  const totals: Totals = { count: activities.length, inMinor: 0, outMinor: 0 }
  for (const { direction, amountMinor, transaction } of activities) {
    if (transaction.status !== 'SUCCESS' && transaction.status !== 'REVERSED') continue
    if (direction === 'in') totals.inMinor += amountMinor
    else if (direction === 'out') totals.outMinor += amountMinor
  }
  return totals
}

/** Groups activities, given newest first, by the bank's day. */
export function byDay(activities: readonly Activity[]): { key: string; items: Activity[] }[] {
  return splitByDay(activities, ({ day }) => day)
}
