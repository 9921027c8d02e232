import type { ReactNode } from 'react'
import { When } from '../When'

export interface Step {
  key: string | number
  at: string
  title: ReactNode
  detail?: ReactNode
}

/** What happened, one line under the other, with a thread between. */
export function History({ steps, empty }: { steps: readonly Step[]; empty: string }) {
  if (steps.length === 0) return <p className="text-small text-ink-2">{empty}</p>
  return (
    <ol className="mt-2 text-small">
      {steps.map(({ key, at, title, detail }) => (
        <li key={key} className="relative border-l border-line-1 pb-4 pl-4 last:border-transparent last:pb-0">
          <span aria-hidden data-fill className="absolute top-1.5 -left-1 size-2 rounded-full bg-line-2" />
          <span className="flex items-baseline justify-between gap-4">
            <span className="min-w-0 font-medium">{title}</span>
            <span className="shrink-0 text-micro text-ink-2">
              <When at={at} />
            </span>
          </span>
          {detail && <span className="block text-ink-2">{detail}</span>}
        </li>
      ))}
    </ol>
  )
}
