import { X } from 'lucide-react'
import { useId, useRef, type ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { commonText } from '@/locales/common'
import { IconButton } from './Button'

export interface DialogProps {
  open: boolean
  /** Asked for by Escape, the cross or a click beside it. */
  onClose: () => void
  title: string
  /** For a dialog whose content says what it is (the palette): no head, but the name and the cross for screen readers. */
  hideTitle?: boolean
  description?: ReactNode
  children?: ReactNode
  /** Buttons at its foot; the one that does it comes last. */
  actions?: ReactNode
  className?: string
}

/**
 * A question that must be answered before going on. The platform's own <dialog>: the focus stays inside, returns to
 * where it was, and nothing behind it can be reached.
 */
export function Dialog({ className, ...rest }: DialogProps) {
  return (
    <ModalFrame
      {...rest}
      className={cn(
        'w-[min(32rem,calc(100vw-2rem))] rounded-lg bg-surface-1 shadow-float open:animate-rise',
        'max-h-[calc(100dvh-2rem)]',
        className,
      )}
    />
  )
}

/** Shows the dialog, and closes it while it is still in the page: only then does the browser put the focus back. */
function show(element: HTMLDialogElement): () => void {
  // With the next frame, which lays the page out anyway: opening does so at once, and would do it twice.
  const frame = requestAnimationFrame(() => {
    element.showModal()
    // The browser would choose the cross. What asks for the focus gets it, else the title, which says what this is.
    const wanted = element.querySelector<HTMLElement>('[data-focus-first]') ?? element.querySelector<HTMLElement>('h2')
    wanted?.focus()
  })
  return () => {
    cancelAnimationFrame(frame)
    element.close()
  }
}

/** What dialogs and sheets share: open and close, title, cross, foot. */
export function ModalFrame({ open, onClose, title, hideTitle, description, children, actions, className }: DialogProps) {
  const t = useText(commonText)
  const id = useId()
  const pressedBeside = useRef(false)

  if (!open) return null
  return (
    // A click beside it closes; Escape does the same for the keyboard (the cancel event).
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={show}
      aria-labelledby={id}
      aria-describedby={description ? `${id}-description` : undefined}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      // Both ends of the click: who marks words in a field and lets go beside the dialog doesn't mean to leave it.
      onPointerDown={(event) => (pressedBeside.current = event.target === event.currentTarget)}
      onClick={(event) => pressedBeside.current && event.target === event.currentTarget && onClose()}
      className={cn('overflow-hidden p-0', className)}
    >
      <div className="flex h-full max-h-[inherit] flex-col">
        <header className={hideTitle ? 'sr-only' : 'flex items-start justify-between gap-4 px-6 pt-5 pb-3'}>
          <div className="min-w-0">
            <h2 id={id} tabIndex={-1} className="text-title font-semibold wrap-anywhere outline-none">
              {title}
            </h2>
            {description && (
              <div id={`${id}-description`} className="mt-1 text-ink-2">
                {description}
              </div>
            )}
          </div>
          <IconButton icon={X} label={t('close')} onClick={onClose} className="-mt-1.5 -mr-2.5 shrink-0" />
        </header>
        <div className={cn('grow overflow-y-auto overscroll-contain px-6 pb-6', hideTitle && 'pt-6')}>{children}</div>
        {actions && <footer className="flex flex-wrap justify-end gap-3 border-t border-line-1 px-6 py-4">{actions}</footer>}
      </div>
    </dialog>
  )
}
