import { useEffect, useRef, useState } from 'react'

const PAUSE_MS = 250

/**
 * What stands in a field, told on (without the blanks around it) when the fingers pause; what changes outside (the filters were
 * cleared) shows at once.
 */
export function useTyping(value: string, onChange: (value: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value)
  const said = useRef(value)

  useEffect(() => {
    if (value === said.current) return
    said.current = value
    setText(value)
  }, [value])

  useEffect(() => {
    const wanted = text.trim()
    if (wanted === said.current) return
    const timer = setTimeout(() => {
      said.current = wanted
      onChange(wanted)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, onChange])

  return [text, setText]
}
