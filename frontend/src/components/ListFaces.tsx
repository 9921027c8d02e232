import { CloudOff, SearchX, type LucideIcon } from 'lucide-react'
import { lazy, Suspense, type ComponentType, type ReactNode } from 'react'
import { ApiError } from '@/lib/errors'
import { focusTitle } from '@/lib/focusTitle'
import { useText } from '@/lib/i18n'
import { commonText } from '@/locales/common'
import { Button } from './ui/Button'

interface FaceProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  /** What to do now. */
  action?: ReactNode
  /** It is the whole page: its title is the page's. */
  page?: boolean
}

/** A list, or a page, that has nothing to show: why, and the next step. */
export function EmptyState({ icon: Icon, title, children, action, page }: FaceProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      <span className="mb-2 flex size-12 items-center justify-center rounded-full bg-surface-2 text-ink-2">
        <Icon aria-hidden className="size-6" />
      </span>
      {page ? (
        <h1 tabIndex={-1} data-page-title className="text-title font-semibold">
          {title}
        </h1>
      ) : (
        <p className="text-lead font-semibold">{title}</p>
      )}
      {children && <div className="max-w-[42ch] [text-wrap:balance] text-ink-2">{children}</div>}
      {action && <div className="mt-3 flex flex-wrap justify-center gap-3">{action}</div>}
    </div>
  )
}

// Errors are rare, and every page knows this one: its words come when they are needed, if they can come.
const ErrorDetail = lazy<ComponentType<{ error: unknown }>>(() => import('./ErrorDetail').catch(() => ({ default: () => null })))

/** What couldn't be read, in the bank's own words, with a way to try again. */
export function ErrorState({ error, onRetry, title }: { error: unknown; onRetry: () => void; title?: string }) {
  const t = useText(commonText)
  return (
    <div role="alert">
      <EmptyState icon={CloudOff} title={title ?? t('couldNotLoad')} action={<Button onClick={onRetry}>{t('retry')}</Button>}>
        {error instanceof ApiError && error.status > 0 ? <Suspense><ErrorDetail error={error} /></Suspense> : t('checkConnection')}
      </EmptyState>
    </div>
  )
}

/** The outline of what is coming, in the real layout's measure. */
export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  const t = useText(commonText)
  return (
    <div role="status" className="flex flex-col">
      <span className="sr-only">{t('loading')}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} aria-hidden className="flex h-16 items-center gap-3 border-t border-line-1 px-4 first:border-t-0">
          <span className="skeleton size-10 rounded-full" />
          <span className="flex grow flex-col gap-2">
            <span className="skeleton h-3.5 w-2/5" />
            <span className="skeleton h-3 w-1/4" />
          </span>
          <span className="skeleton h-4 w-20" />
        </div>
      ))}
    </div>
  )
}

interface Query<T> {
  data: T | undefined
  error: unknown
  isPending: boolean
  refetch: () => unknown
}

interface ReadProps<T> {
  query: Query<T>
  children: (data: T) => ReactNode
  skeleton?: ReactNode
}

/**
 * The faces of what is read: its outline, what went wrong, or the thing itself. What was read before stays on screen when reading
 * it again fails; the shell says that we're offline.
 */
export function Read<T>({ query, children, skeleton = <SkeletonRows /> }: ReadProps<T>) {
  const { data, isPending } = query
  if (data !== undefined) return children(data)
  if (isPending) return skeleton
  return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
}

interface Props<T, Item> extends Omit<ReadProps<T>, 'children'> {
  /** The rows in the answer. */
  items: (data: T) => readonly Item[]
  children: (items: readonly Item[], data: T) => ReactNode
  /** Nothing there at all: what this list is for and how to begin. */
  empty: ReactNode
  /** Something is filtered away: offer to clear. Without it the list has no filters. */
  filtered?: { active: boolean; onClear: () => void }
}

/** The four faces of a list: its outline, nothing yet, nothing found, and what went wrong; else the list itself. */
export function ListFaces<T, Item>({ query, skeleton, ...rest }: Props<T, Item>) {
  return (
    <Read query={query} skeleton={skeleton}>
      {(data) => <ListRead data={data} {...rest} />}
    </Read>
  )
}

function ListRead<T, Item>({ data, items, children, empty, filtered }: Omit<Props<T, Item>, 'query' | 'skeleton'> & { data: T }) {
  const t = useText(commonText)
  const rows = items(data)
  if (rows.length > 0) return children(rows, data)
  if (filtered?.active) {
    const clear = (): void => {
      focusTitle()
      filtered.onClear()
    }
    return (
      <EmptyState icon={SearchX} title={t('noResults')} action={<Button onClick={clear}>{t('clearFilters')}</Button>}>
        {t('noResultsHint')}
      </EmptyState>
    )
  }
  return empty
}

/** More of a list that comes in pages. */
export function LoadMore({ hasMore, busy, onMore }: { hasMore: boolean; busy: boolean; onMore: () => void }) {
  const t = useText(commonText)
  if (!hasMore) return null
  return (
    <div className="flex justify-center p-4">
      <Button busy={busy} onClick={onMore}>
        {t('loadMore')}
      </Button>
    </div>
  )
}
