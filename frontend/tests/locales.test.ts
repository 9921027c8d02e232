import { describe, expect, it } from 'vitest'
import type { Catalogue, Message } from '../src/lib/i18n'

const english = import.meta.glob<Catalogue>('../src/locales/en/*.ts', { import: 'default', eager: true })
const hindi = import.meta.glob<Catalogue>('../src/locales/hi/*.ts', { import: 'default', eager: true })

const gaps = (message: Message): string[] =>
  [...(typeof message === 'string' ? message : message.other).matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()
const texts = (message: Message): string[] => (typeof message === 'string' ? [message] : [message.one, message.other])

describe.each(Object.keys(english))('%s', (file) => {
  const en = english[file] ?? {}
  const hi = hindi[file.replace('/en/', '/hi/')] ?? {}

  it('has a Hindi twin with the same keys and gaps', () => {
    expect(Object.keys(hi).sort()).toEqual(Object.keys(en).sort())
    for (const [key, message] of Object.entries(en)) expect([key, gaps(hi[key] ?? '')]).toEqual([key, gaps(message)])
  })

  it('is really translated', () => {
    for (const message of Object.values(hi)) for (const text of texts(message)) expect(text).toMatch(/[\u0900-\u097F]/)
  })

  it('says nothing empty, and shouts nothing', () => {
    for (const message of Object.values(en)) for (const text of texts(message)) expect(text).toMatch(/^[^!]+$/)
  })
})

/** What every language calls one thing, wherever it is named. */
const ONE_NAME = {
  'sending money': [['shell', 'navTransfer'], ['transfer', 'title'], ['dashboard', 'sendMoney'], ['accounts', 'send']],
  'payments that wait for a decision': [['shell', 'navHeld'], ['adminPages', 'held'], ['adminPages', 'waitingHeld']],
} as const

it.each(Object.entries(ONE_NAME))('has one name for %s', (_, places) => {
  for (const [language, catalogues] of [['en', english], ['hi', hindi]] as const) {
    const names = places.map(([file, key]) => catalogues[`../src/locales/${language}/${file}.ts`]?.[key])
    expect(names.every((name) => typeof name === 'string')).toBe(true)
    expect(new Set(names).size).toBe(1)
  }
})

it('shortens the name of sending money, and has no second one, where there is little room', () => {
  for (const [language, catalogues] of [['en', english], ['hi', hindi]] as const) {
    const { pay, navTransfer } = catalogues[`../src/locales/${language}/shell.ts`] ?? {}
    expect(navTransfer).toContain(pay)
  }
})

it('calls no payment a transfer that may be cash', () => {
  const words = Object.values(english).flatMap((catalogue) => Object.values(catalogue).flatMap(texts)).join('\n')
  expect(words).not.toMatch(/held transfer|money transfer/i)
})
