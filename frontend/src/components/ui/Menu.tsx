import type { LucideIcon } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'

interface MenuItem {
  label: string
  icon?: LucideIcon
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
}

/** A few acts behind one button. Not in the first load: import the pages that use it lazily. */
export function Menu({ trigger, items, label }: { trigger: ReactNode; items: readonly MenuItem[]; label: string }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          aria-label={label}
          align="end"
          sideOffset={6}
          className="z-50 min-w-52 rounded-md border border-line-1 bg-surface-1 p-1 shadow-float animate-fade"
        >
          {items.map(({ label: name, icon: Icon, danger, disabled, onSelect }) => (
            <DropdownMenu.Item
              key={name}
              disabled={disabled}
              onSelect={onSelect}
              className={cn(
                'flex min-h-11 cursor-pointer items-center gap-3 rounded-sm px-3 outline-none data-disabled:opacity-55 data-highlighted:bg-surface-2',
                danger && 'text-bad',
              )}
            >
              {Icon && <Icon aria-hidden className="size-4.5" />}
              {name}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
