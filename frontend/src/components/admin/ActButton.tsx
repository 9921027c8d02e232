import type { ComponentProps } from 'react'
import { Button } from '../ui/Button'

/** An act of the open row, and the key that does the same: shown where there is likely a keyboard. */
export function ActButton({ hotkey, children, ...rest }: ComponentProps<typeof Button> & { hotkey: string }) {
  return (
    <Button {...rest} aria-keyshortcuts={hotkey}>
      {children}
      <kbd aria-hidden className="-mr-1.5 ml-1 min-w-5 rounded-sm border border-current px-1 text-center font-sans text-micro uppercase pointer-coarse:hidden">
        {hotkey}
      </kbd>
    </Button>
  )
}
