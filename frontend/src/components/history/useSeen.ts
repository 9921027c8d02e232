import { useMemo } from 'react'
import { activityOf, type Activity } from '@/services/activity'
import type { ListPage } from '@/services/pages'
import type { Transaction } from '@/services/types'

const NONE: readonly ListPage<Transaction>[] = []

/**
 * The payments of all pages as their owner sees them. Each is worked out once, however many pages come after it, and keeps
 * its object until the bank says something new of it: so its row isn't drawn again either.
 */
export function useSeen(pages: readonly ListPage<Transaction>[] = NONE, userId: number, accountId?: number): readonly Activity[] {
  const see = useMemo(() => seeOnce(userId, accountId), [userId, accountId])
  return useMemo(() => pages.flatMap(({ items }) => items.map(see)), [pages, see])
}

function seeOnce(userId: number, accountId?: number): (transaction: Transaction) => Activity {
  const seen = new WeakMap<Transaction, Activity>()
  return (transaction) => {
    const activity = seen.get(transaction) ?? activityOf(transaction, userId, accountId)
    seen.set(transaction, activity)
    return activity
  }
}
