/** A long history, read again: what can have changed, and no more. */

import { isOpen } from './activity'
import type { ListPage } from './pages'
import type { Transaction } from './types'

type Page = ListPage<Transaction>

/**
 * The newest page, read again, with the end it had before: what has come since stands above it, and the pages below begin where
 * they began. Where more has come than a page holds it is as it was read, and all below it must be read again, too.
 */
export function renewed(fresh: Page, before: Page): Page {
  const lastOf = ({ items }: Page): number | undefined => items.at(-1)?.id
  const end = fresh.items.findIndex(({ id }) => id === lastOf(before))
  if (end >= 0) return { ...fresh, items: fresh.items.slice(0, end + 1), next_cursor: before.next_cursor }
  const seam = before.items.findIndex(({ id }) => id === lastOf(fresh))
  const rest = { ...before, items: before.items.slice(seam + 1) }
  if (seam < 0 || mayHaveChanged(rest, givenBackBy(fresh))) return fresh
  return { ...rest, items: [...fresh.items, ...rest.items] }
}

/** Whether a page that was read earlier may look different now: something in it was open, or was given back since. */
export function mayHaveChanged({ items }: Page, givenBack: readonly number[]): boolean {
  return items.some((payment) => isOpen(payment) || (payment.status === 'SUCCESS' && givenBack.includes(payment.id)))
}

/** The payments that those of a page give back. */
export function givenBackBy({ items }: Page): number[] {
  return items.flatMap(({ reverses_id: id }) => id ?? [])
}
