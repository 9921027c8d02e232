import { useEffect, useRef } from 'react'
import { NavigationType, useLocation, useNavigationType } from 'react-router'
import { isInPlace } from '@/lib/paths'

const TRIES_MAX = 40

/**
 * On every new page: to the top, and the focus on its title, so that keyboards and screen readers arrive where eyes do.
 * Going back keeps the place in the page; the first page keeps the browser's own focus; a sheet beside the page keeps both.
 */
export function FocusOnArrival() {
  const location = useLocation()
  const pathname = location.pathname
  const type = useNavigationType()
  const before = useRef(pathname)
  const beside = isInPlace(location.state as unknown)
  const besideBefore = useRef(beside)

  useEffect(() => {
    const inPlace = beside || besideBefore.current
    besideBefore.current = beside
    if (before.current === pathname) return
    before.current = pathname
    if (inPlace) return
    if (type !== NavigationType.Pop) window.scrollTo(0, 0)
    let frame = 0
    let tries = 0
    const focusTitle = (): void => {
      const title = document.querySelector<HTMLElement>('[data-page-title]')
      if (title !== null) title.focus({ preventScroll: true })
      else if (tries++ < TRIES_MAX) frame = requestAnimationFrame(focusTitle) // the page's code is still on its way
    }
    frame = requestAnimationFrame(focusTitle)
    return () => cancelAnimationFrame(frame)
  }, [pathname, type, beside])
  return null
}
