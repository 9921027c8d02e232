/**
 * Text in English and Hindi, without a library: a page names its text, TypeScript knows every key and every {gap} in it.
 *
 *     // src/locales/en/transfer.ts     export default { title: 'Send money', sent: 'Sent to {name}' } as const
 *     // src/locales/hi/transfer.ts     export default { … } satisfies Translation<typeof en>
 *     // src/locales/transfer.ts        export const transferText = defineText(en, () => import('./hi/transfer'))
 *     // in a component                 const t = useText(transferText);  t('sent', { name })
 *
 * English travels with the page that uses it; Hindi is fetched when someone reads Hindi.
 */

import { use, useCallback, useSyncExternalStore } from 'react'
import { writePreference } from './preferences'

export type Language = 'en' | 'hi'
export interface Plural {
  one: string
  other: string
}
export type Message = string | Plural
export type Catalogue = Readonly<Record<string, Message>>

/** What a translation of a catalogue must hold: the same keys, plural where it is plural. */
export type Translation<C extends Catalogue> = { readonly [K in keyof C]: C[K] extends string ? string : C[K] extends Plural ? Plural : Message }

type Gaps<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Gaps<Rest> : never
type GapsOf<M> = M extends string ? Gaps<M> : M extends Plural ? Gaps<M['one'] | M['other']> | 'count' : never
type Values<M> = [GapsOf<M>] extends [never] ? [] : [values: Record<GapsOf<M>, string | number>]

/** Says a message of a catalogue: `t('sent', { name })`. */
export type Say<C extends Catalogue> = <K extends keyof C>(key: K, ...values: Values<C[K]>) => string

export interface Text<C extends Catalogue> {
  en: C
  /** The Hindi words; the English ones while those can't be had, because a page in English is better than none. */
  hi: () => Promise<Translation<C>>
  /** Fetches the Hindi words, once more if they couldn't be had before. Throws what the fetch throws. */
  fetchHindi: () => Promise<void>
}

const known: Text<Catalogue>[] = []

/** Declares the text of a page or a part of the app. */
export function defineText<const C extends Catalogue>(en: C, hindi: () => Promise<{ default: Translation<C> }>): Text<C> {
  let fetched: Promise<Translation<C>> | undefined
  let words: Promise<Translation<C>> | undefined
  const fetchWords = (): Promise<Translation<C>> => {
    fetched = hindi().then((module) => module.default)
    words = fetched.catch(() => {
      fetched = undefined
      return en as Translation<C>
    })
    return words
  }
  const text: Text<C> = {
    en,
    hi: () => words ?? fetchWords(),
    fetchHindi: async () => {
      if (fetched === undefined) void fetchWords()
      // As React marks what it has read: else it would take the page away for a moment, and the focus with it.
      Object.assign(words ?? {}, { status: 'fulfilled', value: await fetched })
    },
  }
  known.push(text)
  if (currentLanguage === 'hi') void text.hi()
  return text
}

// index.html has read what this browser chose, or else what its system speaks.
let currentLanguage: Language = document.documentElement.lang === 'hi' ? 'hi' : 'en'
const listeners = new Set<() => void>()
let choices = 0

/** The language in use, for code outside components. */
export function getLanguage(): Language {
  return currentLanguage
}

/**
 * Changes the language, remembered by this browser. The text is fetched first, so the page changes in one step; whoever
 * chooses again meanwhile gets what they chose last. Throws what the fetch throws: then nothing has changed.
 */
export async function setLanguage(language: Language): Promise<void> {
  const choice = ++choices
  if (language === 'hi') await Promise.all(known.map((text) => text.fetchHindi()))
  if (choice !== choices) return
  currentLanguage = language
  writePreference('language', language)
  document.documentElement.lang = language
  listeners.forEach((listener) => listener())
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The language in use; renders again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, getLanguage)
}

/** The messages of `text` in the language in use. Suspends while a translation is fetched. */
export function useText<C extends Catalogue>(text: Text<C>): Say<C> {
  const language = useLanguage()
  const messages: Translation<C> = language === 'hi' ? use(text.hi()) : (text.en as Translation<C>)
  return useCallback<Say<C>>((key, ...values) => say(messages[key], values[0] ?? {}), [messages])
}

/**
 * Fills a message: picks the plural by `count` and puts the values into their gaps. `one` is said of exactly one and names
 * it ("1 row"); the rules of Unicode would say it of nothing, too, in Hindi.
 */
export function say(message: Message, values: Readonly<Record<string, string | number>>): string {
  const pattern = typeof message === 'string' ? message : message[Number(values.count) === 1 ? 'one' : 'other']
  return pattern.replace(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

