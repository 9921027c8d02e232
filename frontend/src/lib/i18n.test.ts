import { describe, expect, it, vi } from 'vitest'
import { defineText, getLanguage, setLanguage } from './i18n'

const HINDI = { default: { hello: 'नमस्ते' } }

describe('the language', () => {
  it('stays as it is where the words can’t be fetched, and can be chosen again', async () => {
    const fetchWords = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(HINDI)
    const text = defineText({ hello: 'Hello' }, fetchWords)
    await expect(setLanguage('hi')).rejects.toThrow('Failed to fetch')
    expect(getLanguage()).toBe('en')
    await setLanguage('hi')
    expect(getLanguage()).toBe('hi')
    expect(await text.hi()).toEqual(HINDI.default)
  })

  it('is English in a part whose Hindi can’t be fetched, rather than nothing', async () => {
    const fetchWords = vi.fn().mockRejectedValueOnce(new TypeError('Failed to fetch')).mockResolvedValue(HINDI)
    const text = defineText({ hello: 'Hello' }, fetchWords)
    expect(await text.hi()).toEqual({ hello: 'Hello' })
    expect(await text.hi()).toEqual({ hello: 'Hello' })
    expect(fetchWords).toHaveBeenCalledOnce() // or a page that is drawn again would fetch for ever
    await text.fetchHindi()
    expect(await text.hi()).toEqual(HINDI.default)
  })

  it('is the one chosen last, whichever words come last', async () => {
    let arrive: (words: typeof HINDI) => void = () => undefined
    defineText({ hello: 'Hello' }, () => new Promise<typeof HINDI>((resolve) => (arrive = resolve)))
    const hindi = setLanguage('hi')
    await setLanguage('en')
    arrive(HINDI)
    await hindi
    expect([getLanguage(), localStorage.getItem('nyord.language')]).toEqual(['en', 'en'])
  })
})
