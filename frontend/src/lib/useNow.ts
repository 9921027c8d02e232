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

function read(): Date {
  // Where nothing tells the time no timer runs, and the next who asks may come an hour later, or after the clock was set back.
  if (timer === undefined && Math.abs(Date.now() - now.getTime()) >= TICK_MS) now = new Date()
  return now
}

/** The time, renewed every half minute by one timer for the whole page: for "3 minutes ago". */
export function useNow(): Date {
  return useSyncExternalStore(subscribe, read)
}
