import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'

export type Tone = 'good' | 'bad' | 'wait' | 'calm' | 'plain'

const TONES: Record<Tone, string> = {
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
  wait: 'bg-wait-soft text-wait',
  calm: 'bg-calm-soft text-calm',
  plain: 'bg-surface-2 text-ink-2',
}

/** A word that marks something, with an icon: colour is never the only sign. */
export function Badge({ tone = 'plain', icon: Icon, children }: { tone?: Tone; icon?: LucideIcon; children: ReactNode }) {
  return (
    <span className={cn('inline-flex items-center gap-1 rounded-full px-2 py-0.5 text-micro font-semibold whitespace-nowrap', TONES[tone])}>
      {Icon && <Icon aria-hidden className="size-3.5" />}
      {children}
    </span>
  )
}
