import { useSyncExternalStore } from 'react'

const TICK_MS = 30_000

let now = new Date()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = new Date()
    listeners.forEach((notify) => notify())
  }, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** The time, renewed every half minute by one timer for the whole page: for "3 minutes ago". */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now)
}
