import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { readPreference, writePreference } from '@/lib/preferences'
import { useMedia } from '@/lib/useMedia'

export const THEMES = ['light', 'dark', 'system'] as const
export type Theme = (typeof THEMES)[number]

interface ThemeValue {
  /** What the person chose. */
  theme: Theme
  /** What is shown: `system` resolved. */
  shown: 'light' | 'dark'
  setTheme: (theme: Theme) => void
}

const ThemeContext = createContext<ThemeValue | null>(null)

/** Light, dark, or as the system says; index.html has set the first one before the page was painted. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const [theme, setTheme] = useState<Theme>(() => THEMES.find((name) => name === readPreference('theme')) ?? 'system')
  const systemDark = useMedia('(prefers-color-scheme: dark)')
  const shown = theme === 'system' ? (systemDark ? 'dark' : 'light') : theme

  useEffect(() => {
    document.documentElement.dataset.theme = shown
    const ground = getComputedStyle(document.documentElement).backgroundColor
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground)
  }, [shown])

  const value = useMemo(
    () => ({
      theme,
      shown,
      setTheme: (chosen: Theme) => {
        writePreference('theme', chosen === 'system' ? null : chosen)
        setTheme(chosen)
      },
    }),
    [theme, shown],
  )
  return <ThemeContext value={value}>{children}</ThemeContext>
}

/** The theme and how to change it. */
export function useTheme(): ThemeValue {
  const value = use(ThemeContext)
  if (value === null) throw new Error('useTheme needs a ThemeProvider above it.')
  return value
}
