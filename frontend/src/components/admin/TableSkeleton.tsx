import { useText } from '@/lib/i18n'
import { commonText } from '@/locales/common'
import type { Column } from '../ui/Table'

const ROWS = 8

/** A table's outline, in its measure. */
export function TableSkeleton<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  const t = useText(commonText)
  return (
    <div role="status" className="card overflow-hidden">
      <span className="sr-only">{t('loading')}</span>
      <div aria-hidden className="h-10 bg-surface-2" />
      {Array.from({ length: ROWS }, (_, row) => (
        <div key={row} aria-hidden className="flex h-11 items-center gap-6 border-t border-line-1 px-3">
          {columns.slice(0, 5).map(({ key }) => (
            <span key={key} className="skeleton h-3.5 grow basis-0 not-first:max-sm:hidden" />
          ))}
        </div>
      ))}
    </div>
  )
}
