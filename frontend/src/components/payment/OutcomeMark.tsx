import { CircleCheck, CircleX, Clock, ShieldQuestion, type LucideIcon } from 'lucide-react'
import { lazy, Suspense, useEffect, type ComponentType, type ReactNode } from 'react'
import { useMedia } from '@/lib/useMedia'
import { cn } from '@/lib/utils'
import type { Outcome } from './useOutcome'

const LOOKS: Record<Outcome['tone'], { icon: LucideIcon; className: string }> = {
  good: { icon: CircleCheck, className: 'bg-good-soft text-good' },
  bad: { icon: CircleX, className: 'bg-bad-soft text-bad' },
  wait: { icon: ShieldQuestion, className: 'bg-wait-soft text-wait' },
  calm: { icon: Clock, className: 'bg-calm-soft text-calm' },
}

const fetchSwap = () => import('../Swap')
const AtOnce = ({ children }: { children: ReactNode }) => children
const Swap = lazy<ComponentType<{ name: string; children: ReactNode }>>(() => fetchSwap().catch(() => ({ default: AtOnce })))

/** What became of a payment, as a mark: the clock goes as the check comes, and at once for those who want no motion. */
export function OutcomeMark({ tone }: { tone: Outcome['tone'] }) {
  const { icon: Icon, className } = LOOKS[tone]
  const mark = (
    <span data-fill data-mark={tone} className={cn('flex size-16 items-center justify-center rounded-full', className)}>
      <Icon aria-hidden className="size-8" strokeWidth={1.75} />
    </span>
  )
  if (!useWantsMotion()) return mark
  return (
    <Suspense fallback={mark}>
      <Swap name={tone}>{mark}</Swap>
    </Suspense>
  )
}

/** Fetches the mark's motion before it is needed: while one reads what will be sent. */
export function useMotionAhead(): void {
  const wantsMotion = useWantsMotion()
  useEffect(() => {
    if (wantsMotion) void fetchSwap().catch(() => undefined)
  }, [wantsMotion])
}

function useWantsMotion(): boolean {
  return !useMedia('(prefers-reduced-motion: reduce)')
}
