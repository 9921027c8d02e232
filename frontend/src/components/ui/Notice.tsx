import { CircleAlert, CircleCheck, Clock, Info, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'
import type { Tone } from './Badge'

const LOOKS: Record<Exclude<Tone, 'plain'>, { icon: LucideIcon; className: string; ink: string }> = {
  good: { icon: CircleCheck, className: 'bg-good-soft', ink: 'text-good' },
  bad: { icon: CircleAlert, className: 'bg-bad-soft', ink: 'text-bad' },
  wait: { icon: Clock, className: 'bg-wait-soft', ink: 'text-wait' },
  calm: { icon: Info, className: 'bg-calm-soft', ink: 'text-calm' },
}

interface Props {
  tone: Exclude<Tone, 'plain'>
  title: string
  children?: ReactNode
  /** The next step. */
  action?: ReactNode
  /** Read out as soon as it appears: the answer to what the person just did. */
  alert?: boolean
}

/** Something to know, in its place in the page: what happened, and what to do next. */
export function Notice({ tone, title, children, action, alert }: Props) {
  const { icon: Icon, className, ink } = LOOKS[tone]
  return (
    <div role={alert ? 'alert' : undefined} className={cn('flex gap-3 rounded-md px-4 py-3', className)}>
      <Icon aria-hidden className={cn('mt-0.5 size-5 shrink-0', ink)} />
      <div className="min-w-0 grow">
        <p className={cn('font-semibold', ink)}>{title}</p>
        {children && <div className="text-ink-1">{children}</div>}
        {action && <div className="mt-2">{action}</div>}
      </div>
    </div>
  )
}
