import { cn } from '@/lib/utils'
import { ModalFrame, type DialogProps } from './Dialog'

/** The detail of something in a list: beside the list on a wide screen, from below on a phone. Give it its own address. */
export function Sheet({ className, ...rest }: DialogProps) {
  return (
    <ModalFrame
      {...rest}
      className={cn(
        'bg-surface-1 shadow-float',
        '*:pr-[env(safe-area-inset-right)] *:pb-[env(safe-area-inset-bottom)] *:pl-[env(safe-area-inset-left)]',
        'mx-0 mt-auto mb-0 w-full max-w-none max-h-[88dvh] rounded-t-lg open:animate-[sheet-bottom_220ms_var(--ease-calm)]',
        'lg:my-0 lg:mr-0 lg:ml-auto lg:h-dvh lg:max-h-dvh lg:w-[30rem] lg:rounded-none lg:open:animate-[sheet-side_200ms_var(--ease-calm)]',
        className,
      )}
    />
  )
}
