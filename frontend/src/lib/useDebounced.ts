import { useEffect, useState } from 'react'

/** A value that is being typed, as it was when the fingers last paused: what a search is asked for. */
export function useDebounced(value: string, pauseMs: number): string {
  const [paused, setPaused] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value, pauseMs])
  return paused
}
