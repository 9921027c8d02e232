import { useCallback, useRef, useState } from 'react'

export interface Toast {
  id: number
  tone: 'good' | 'bad' | 'calm'
  title: string
  message?: string
  /** Where a click on it leads. */
  to?: string
}

const TOASTS_MAX = 3
const SHOWN_MS = 6_000
/** What went wrong stays until it is read and dismissed, or pushed out by the next. */
const SHOWN_BAD_MS = 20_000

/** Short messages that appear, are announced, and go. */
export function useToasts() {
  const [toasts, setToasts] = useState<Toast[]>([])
  const next = useRef(1)

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])

  const show = useCallback(
    (toast: Omit<Toast, 'id'>) => {
      const id = next.current++
      setToasts((all) => [...all.slice(1 - TOASTS_MAX), { ...toast, id }])
      setTimeout(() => dismiss(id), toast.tone === 'bad' ? SHOWN_BAD_MS : SHOWN_MS)
    },
    [dismiss],
  )

  return { toasts, show, dismiss }
}
