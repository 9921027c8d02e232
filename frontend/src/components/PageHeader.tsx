import { ChevronLeft } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { Link } from 'react-router'

interface Props {
  title: string
  lead?: ReactNode
  /** Where "back" leads: the page above this one, not the one before it. */
  back?: { to: string; label: string }
  /** What can be done here. */
  actions?: ReactNode
}

/** The head of every page. Its title is the document's title, and gets the focus when one arrives (see `FocusOnArrival`). */
export function PageHeader({ title, lead, back, actions }: Props) {
  useTitle(title)
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0">
        {back && (
          <Link data-press to={back.to} className="mb-2 -ml-1 inline-flex min-h-8 items-center gap-1 text-small font-medium text-fjord hover:underline">
            <ChevronLeft aria-hidden className="size-4" />
            {back.label}
          </Link>
        )}
        <h1 tabIndex={-1} data-page-title className="text-page font-semibold tracking-tight wrap-anywhere">
          {title}
        </h1>
        {lead && <div className="mt-1 max-w-[65ch] text-ink-2">{lead}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-3">{actions}</div>}
    </header>
  )
}

/** Names the document, for pages with a head of their own. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Nyord`
  }, [title])
}
