import { useEffect, useLayoutEffect, useRef } from 'react'

export type Shortcuts = Readonly<Record<string, () => void>>

/** Where keys are heard: on the page while nothing floats over it, or in the sheet while nothing floats over that. */
type Place = 'page' | 'sheet'

/** Single keys for staff's everyday acts. Silent while one types, with a modifier held, and under a dialog. */
export function useShortcuts(shortcuts: Shortcuts, place: Place): void {
  const current = useRef(shortcuts)
  // With what is painted, not a moment after it: a key pressed at once would still act on what stood there before.
  useLayoutEffect(() => {
    current.current = shortcuts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelectorAll('dialog[open]').length !== (place === 'page' ? 0 : 1)) return
      const act = current.current[event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [place])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]') !== null
}
