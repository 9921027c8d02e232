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
