import { LoaderCircle, type LucideIcon } from 'lucide-react'
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Link } from 'react-router'
import { cn } from '@/lib/utils'

type ButtonTone = 'primary' | 'plain' | 'quiet' | 'danger' | 'accent'
type ButtonSize = 'small' | 'medium' | 'large'

const TONES: Record<ButtonTone, string> = {
  primary: 'bg-fjord text-on-fjord hover:bg-fjord-strong border-transparent',
  plain: 'bg-surface-1 text-ink-1 border-line-2 hover:bg-surface-2',
  quiet: 'bg-transparent text-ink-1 border-transparent hover:bg-surface-2',
  danger: 'bg-bad text-on-bad border-transparent hover:opacity-90',
  accent: 'bg-saffron text-on-saffron border-transparent hover:opacity-90',
}

const SIZES: Record<ButtonSize, string> = {
  small: 'min-h-9 px-3 text-small gap-1.5',
  medium: 'min-h-11 px-4 text-body gap-2',
  large: 'min-h-13 px-6 text-lead gap-2',
}

/** The looks of a button, for links that act like one. */
function buttonClass(tone: ButtonTone = 'plain', size: ButtonSize = 'medium', wide = false): string {
  return cn(
    'inline-flex select-none items-center justify-center rounded-md border font-semibold transition-colors duration-150',
    'disabled:opacity-55 aria-disabled:opacity-55',
    TONES[tone],
    SIZES[size],
    wide && 'w-full',
  )
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone
  size?: ButtonSize
  icon?: LucideIcon
  wide?: boolean
  /** Working: it keeps its width and name, and takes no second click. */
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function Button({ tone, size, icon: Icon, wide, busy = false, className, children, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={cn(buttonClass(tone, size, wide), className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4.5 motion-safe:animate-spin" /> : Icon && <Icon aria-hidden className="size-4.5 shrink-0" />}
      {children}
    </button>
  )
}

interface ButtonLinkProps {
  to: string
  tone?: ButtonTone
  size?: ButtonSize
  icon?: LucideIcon
  wide?: boolean
  className?: string
  children: ReactNode
}

/** A link that looks like a button, because it starts something. */
export function ButtonLink({ to, tone, size, icon: Icon, wide, className, children }: ButtonLinkProps) {
  return (
    <Link data-press to={to} className={cn(buttonClass(tone, size, wide), className)}>
      {Icon && <Icon aria-hidden className="size-4.5 shrink-0" />}
      {children}
    </Link>
  )
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon
  /** Its name, for those who don't see the icon; shown as a tooltip by the browser. */
  label: string
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({ icon: Icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...rest}
      className={cn(
        'inline-flex size-11 items-center justify-center rounded-md text-ink-2 transition-colors hover:bg-surface-2 hover:text-ink-1 disabled:opacity-55',
        className,
      )}
    >
      <Icon aria-hidden className="size-5" />
    </button>
  )
}
