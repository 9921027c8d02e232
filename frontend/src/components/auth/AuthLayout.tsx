import type { ReactNode } from 'react'
import { useLanguage, useText } from '@/lib/i18n'
import { authText } from '@/locales/auth'
import { Mark } from '../Mark'
import { useTitle } from '../PageHeader'
import { useChangeLanguage } from '../useChangeLanguage'

interface Props {
  title: string
  lead: string
  children: ReactNode
  foot: ReactNode
}

/** The ground of the pages before signing in: a form, and beside it on wide screens the open water. */
export function AuthLayout({ title, lead, children, foot }: Props) {
  useTitle(title)
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(28rem,5fr)_6fr]">
      <div className="flex flex-col px-5 py-6 sm:px-10">
        <header className="flex items-center justify-between">
          <span className="flex items-center gap-3">
            <Mark className="size-9" />
            <span className="text-title font-semibold tracking-tight">Nyord</span>
          </span>
          <LanguageSwitch />
        </header>
        <main className="mx-auto flex w-full max-w-sm grow flex-col justify-center py-10">
          <h1 tabIndex={-1} data-page-title className="text-page font-semibold tracking-tight">
            {title}
          </h1>
          <p className="mt-1 mb-8 text-ink-2">{lead}</p>
          {children}
          <p className="mt-8 text-small text-ink-2">{foot}</p>
        </main>
      </div>
      <Water />
    </div>
  )
}

function LanguageSwitch() {
  const language = useLanguage()
  const changeLanguage = useChangeLanguage()
  const other = language === 'en' ? 'hi' : 'en'
  return (
    <button
      type="button"
      lang={other}
      onClick={() => changeLanguage(other)}
      className="min-h-11 rounded-md px-3 text-small font-medium text-ink-2 hover:bg-surface-2"
    >
      {other === 'hi' ? 'हिन्दी' : 'English'}
    </button>
  )
}

/** Deep water under a low sun: the mark, seen large. */
function Water() {
  const t = useText(authText)
  return (
    <aside className="relative flex flex-col justify-end overflow-hidden bg-deep p-14 text-on-deep max-lg:hidden">
      <svg viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" aria-hidden className="absolute inset-0 size-full">
        <circle cx="560" cy="300" r="70" className="fill-saffron" />
        <g fill="none" className="stroke-deep-line" strokeWidth="2">
          {Array.from({ length: 9 }, (_, row) => (
            <path key={row} d={wave(400 + row * 62, 14 + row * 3, 200 + row * 20)} opacity={1 - row * 0.07} />
          ))}
        </g>
      </svg>
      <p className="relative text-balance font-light tracking-tight">{t('claim')}</p>
      <p className="relative mt-3 max-w-[42ch] text-lead text-on-deep-2">{t('claimLead')}</p>
    </aside>
  )
}

function wave(y: number, height: number, length: number): string {
  const count = Math.ceil(1000 / length) + 1
  return `M-100,${y}` + Array.from({ length: count }, () => `q${length / 4},${-height} ${length / 2},0t${length / 2},0`).join('')
}
