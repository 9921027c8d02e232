import { AnimatePresence, domAnimation, LazyMotion, MotionConfig } from 'motion/react'
import * as m from 'motion/react-m'
import type { ReactNode } from 'react'

const AWAY = { opacity: 0, scale: 0.6 }
const HERE = { opacity: 1, scale: 1 }
/** It swings in a little, and is at rest in a quarter of a second. */
const SPRING = { type: 'spring', visualDuration: 0.24, bounce: 0.3 } as const

/**
 * One thing in the place of another, by name: the one goes as the other comes. It weighs 32 kB, so it is never imported but
 * fetched where somebody waits for a change, and never for those who want no motion (`OutcomeMark`).
 */
export default function Swap({ name, children }: { name: string; children: ReactNode }) {
  return (
    <LazyMotion features={domAnimation} strict>
      <MotionConfig reducedMotion="user" transition={SPRING}>
        <span className="grid *:[grid-area:1/1]">
          <AnimatePresence initial={false}>
            <m.span key={name} initial={AWAY} animate={HERE} exit={AWAY}>
              {children}
            </m.span>
          </AnimatePresence>
        </span>
      </MotionConfig>
    </LazyMotion>
  )
}
