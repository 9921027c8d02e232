import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

interface Tab<Value extends string> {
  value: Value
  label: string
  /** How many wait there, and whether that isn't all of them. */
  count?: number
  hasMore?: boolean
  content: ReactNode
}

interface Props<Value extends string> {
  label: string
  tabs: readonly Tab<Value>[]
  value: Value
  onChange: (value: Value) => void
}

/** A few faces of one page. Keep the chosen one in the address (`useSearchParam`). */
export function Tabs<Value extends string>({ label, tabs, value, onChange }: Props<Value>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)}>
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto shadow-[inset_0_-1px_var(--line-1)]">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className="flex min-h-11 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 font-medium text-ink-2 hover:text-ink-1 data-[state=active]:border-fjord data-[state=active]:text-ink-1"
          >
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && (
              <span className="tabular rounded-full bg-surface-3 px-2 text-micro leading-5 font-semibold text-ink-1">{tab.hasMore ? `${tab.count}+` : tab.count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className="pt-6">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  )
}
