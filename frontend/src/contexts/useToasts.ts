import { useCallback, useRef, useState } from 'react'

export interface Toast {
  id: number
  tone: 'good' | 'bad' | 'calm'
  title: string
  message?: string
  /** Where a click on it leads. */
  to?: string
  /** The payment it tells of. */
  payment?: number | null
}

const TOASTS_MAX = 3
const SHOWN_MS = 6_000
/** What went wrong stays until it is read and dismissed, or pushed out by the next. */
const SHOWN_BAD_MS = 20_000

/** Short messages that appear, are announced, and go. */
export function useToasts() {
  const [toasts, setToasts] = useState<Toast[]>([])
  const next = useRef(1)
  const watched = useRef<number[]>([]) // once for each that looks at it

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])

  const show = useCallback(
    (toast: Omit<Toast, 'id'>) => {
      if (watched.current.includes(toast.payment ?? -1)) return
      const id = next.current++
      setToasts((all) => [...all.slice(1 - TOASTS_MAX), { ...toast, id }])
      setTimeout(() => dismiss(id), toast.tone === 'bad' ? SHOWN_BAD_MS : SHOWN_MS)
    },
    [dismiss],
  )

  /** Says nothing of a payment that one looks at: the page says it already. Returns how to stop. */
  const watchPayment = useCallback((id: number) => {
    watched.current.push(id)
    setToasts((all) => all.filter(({ payment }) => payment !== id)) // the news may have been quicker than the page
    return () => void watched.current.splice(watched.current.indexOf(id), 1)
  }, [])

  return { toasts, show, dismiss, watchPayment }
}
