import { useEffect, useRef, useState } from 'react'

const DURATION_MS = 600

/** Counts from the value before to a new one, so that a balance is seen to change. At once for those who want no motion. */
export function useCountTo(value: number): number {
  const [shown, setShown] = useState(value)
  const from = useRef(value)

  useEffect(() => {
    const start = from.current
    if (start === value) return
    const still = document.hidden || matchMedia('(prefers-reduced-motion: reduce)').matches
    const began = performance.now()
    let frame = requestAnimationFrame(function step(now) {
      const part = still ? 1 : Math.min(1, (now - began) / DURATION_MS)
      const eased = 1 - (1 - part) ** 3
      from.current = part === 1 ? value : Math.round(start + (value - start) * eased)
      setShown(from.current)
      if (part < 1) frame = requestAnimationFrame(step)
    })
    return () => cancelAnimationFrame(frame)
  }, [value])
  return shown
}
