import { lazy, Suspense, useCallback, useEffect, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { useText } from '@/lib/i18n'
import { shellText } from '@/locales/shell'
import { ErrorBoundary } from '../ErrorBoundary'
import { SkeletonRows } from '../ListFaces'
import { BottomNavigation } from './BottomNavigation'
import { Navbar } from './Navbar'
import { SidebarNavigation } from './SidebarNavigation'

const SelfSheet = lazy(() => import('./SelfSheet'))
const CommandPalette = lazy(() => import('./CommandPalette'))

/** What surrounds every page behind the sign-in. */
export function AppShell() {
  const t = useText(shellText)
  const { pathname } = useLocation()
  const [selfOpen, setSelfOpen] = useState(false)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const closeSelf = useCallback(() => setSelfOpen(false), [])
  const closePalette = useCallback(() => setPaletteOpen(false), [])
  const typedAhead = useTypedAhead(paletteOpen, closePalette)
  useShortcut(() => setPaletteOpen((open) => !open))

  return (
    <div className="lg:flex">
      <a href="#content" className="fixed top-2 left-[calc(0.5rem+env(safe-area-inset-left))] z-50 -translate-y-20 rounded-md bg-fjord px-4 py-3 font-semibold text-on-fjord focus:translate-y-0">
        {t('skip')}
      </a>
      <SidebarNavigation onOpenSelf={() => setSelfOpen(true)} />
      <div className="min-w-0 grow">
        <Navbar onOpenPalette={() => setPaletteOpen(true)} onOpenSelf={() => setSelfOpen(true)} />
        <main id="content" tabIndex={-1} className="mx-auto max-w-[76rem] px-4 pt-6 pb-28 outline-none lg:px-8 lg:pt-8 lg:pb-16">
          <ErrorBoundary resetKey={pathname}>
            <Suspense fallback={<SkeletonRows />}>
              <Outlet />
            </Suspense>
          </ErrorBoundary>
        </main>
      </div>
      <BottomNavigation />
      <Suspense>
        {selfOpen && <SelfSheet onClose={closeSelf} />}
        {paletteOpen && <CommandPalette typedAhead={typedAhead} onClose={closePalette} />}
      </Suspense>
    </div>
  )
}

function useShortcut(toggle: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      toggle()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [toggle])
}

/** What is typed between Ctrl-K and the palette, whose code may still be on its way: it will stand in its field. Escape calls it off. */
function useTypedAhead(open: boolean, close: () => void): string {
  const [typed, setTyped] = useState('')
  useEffect(() => {
    if (!open) return undefined
    const focused = document.activeElement
    const onKeyDown = (event: KeyboardEvent): void => {
      const { key } = event
      if (document.activeElement !== focused && document.activeElement?.matches('input, textarea, select')) return // they went on
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open] [data-focus-first]')) return
      if (key.length === 1) setTyped((before) => before + key)
      else if (key === 'Backspace') setTyped((before) => before.slice(0, -1))
      else if (key === 'Escape') close()
      else if (key !== 'Enter') return
      event.preventDefault()
      event.stopImmediatePropagation() // it is no key of the page below
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => {
      window.removeEventListener('keydown', onKeyDown, true)
      setTyped('')
    }
  }, [open, close])
  return typed
}
