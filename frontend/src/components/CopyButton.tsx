import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './ui/Button'

const SAID_MS = 2_000

interface Props {
  text: string
  /** "Copy the number", and what it says once it is done. */
  label: string
  done: string
}

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label, done }: Props) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text).then(() => setCopied(true), () => undefined) // refused: it stays readable
  }
  return (
    <>
      <Button size="small" tone="quiet" icon={copied ? Check : Copy} onClick={() => void copy()}>
        {copied ? done : label}
      </Button>
      <span role="status" className="sr-only">
        {copied && done}
      </span>
    </>
  )
}
