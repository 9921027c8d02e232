import type { ReactNode } from 'react'

export type Fact = readonly [label: string, value: ReactNode]

/** What is known of one thing: names at the left, values at the right, each on its line. Empty values are left out. */
export function Facts({ facts }: { facts: readonly (Fact | null | false)[] }) {
  return (
    <dl className="text-small">
      {facts.map(
        (fact) =>
          fact &&
          fact[1] !== null &&
          fact[1] !== '' && (
            <div key={fact[0]} className="flex items-baseline justify-between gap-6 border-t border-line-1 py-2 first:border-t-0">
              <dt className="shrink-0 text-ink-2">{fact[0]}</dt>
              <dd className="min-w-0 text-right break-words">{fact[1]}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

/** A titled part of a sheet or a page of staff. */
export function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="mt-6">
      <div className="mb-1 flex items-baseline justify-between gap-4">
        <h3 className="text-small font-semibold">{title}</h3>
        {aside}
      </div>
      {children}
    </section>
  )
}
