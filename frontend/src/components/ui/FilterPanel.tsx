import { SlidersHorizontal } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { formsText } from '@/locales/forms'

interface Props {
  /** Words to look for: they stay in sight. */
  search?: ReactNode
  /** How many filters are on, the search aside. */
  on: number
  /** For the tables of staff: all of it in the row it stands in, as soon as there is room for one. */
  dense?: boolean
  /** The filters; without any there is only the search. */
  children?: ReactNode
}

/**
 * The search of a list, and its filters. On a phone these are behind a button, or they would stand where the list is looked for; what
 * is on is shown from the start.
 */
export function FilterPanel({ search, on, dense = false, children }: Props) {
  const t = useText(formsText)
  const panelId = useId()
  const [open, setOpen] = useState(on > 0)
  const name = on > 0 ? t('filtersOn', { count: on }) : t('filters')
  return (
    <>
      <div className={cn('flex gap-2', dense && 'sm:contents')}>
        {search !== undefined && <div className={cn('grow', dense && 'sm:max-w-80 sm:basis-56')}>{search}</div>}
        {children !== undefined && (
          <button
            type="button"
            aria-expanded={open}
            aria-controls={panelId}
            aria-label={name}
            onClick={() => setOpen(!open)}
            className={cn(
              'flex shrink-0 items-center justify-center gap-2 rounded-md border text-small font-medium transition-colors sm:hidden',
              search === undefined ? 'min-h-11 px-3.5' : dense ? 'size-11' : 'size-12',
              on > 0 ? 'border-fjord bg-fjord-soft text-fjord' : 'border-line-2 bg-surface-1 hover:border-ink-3',
            )}
          >
            <SlidersHorizontal aria-hidden className="size-5" />
            {search === undefined && name}
          </button>
        )}
      </div>
      <div
        id={panelId}
        className={cn(dense ? 'grid grid-cols-2 items-end gap-x-3 gap-y-2 sm:contents' : 'flex flex-col gap-3', !open && 'max-sm:hidden')}
      >
        {children}
      </div>
    </>
  )
}
