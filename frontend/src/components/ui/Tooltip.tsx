import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement } from 'react'

/** A word more about a control, on hover and focus. Nothing that must be read stands only here. */
export function Tooltip({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Radix.Provider delayDuration={400}>
      <Radix.Root>
        <Radix.Trigger asChild>{children}</Radix.Trigger>
        <Radix.Portal>
          <Radix.Content sideOffset={6} className="z-50 max-w-64 rounded-sm bg-ink-1 px-2.5 py-1.5 text-small text-surface-1 animate-fade">
            {text}
          </Radix.Content>
        </Radix.Portal>
      </Radix.Root>
    </Radix.Provider>
  )
}
