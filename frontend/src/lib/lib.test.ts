import { beforeEach, describe, expect, it } from 'vitest'
import { dayHeading, dayKey, formatDate, instantOf, monthKey, relativeTime, splitByDay } from './dates'
import { ApiError, isPassing } from './errors'
import { say } from './i18n'
import { once } from './keys'
import { passwordStrength } from './password'
import { idIn } from './paths'

const NOW = new Date('2026-11-23T12:00:00+05:30')

describe('dates', () => {
  it("are those of the bank's zone, whatever the browser's is", () => {
    expect(dayKey('2026-11-22T19:00:00Z')).toBe('2026-11-23')
    expect(monthKey('2026-10-31T18:29:59Z')).toBe('2026-10')
    expect(monthKey('2026-10-31T18:30:00Z')).toBe('2026-11')
  })

  it('count months back over the turn of the year', () => {
    expect(formatDate(instantOf('2026-02'), 'month', 'en')).toBe('February 2026')
  })

  it('name today and yesterday, and other days in full', () => {
    expect(dayHeading('2026-11-23', NOW, 'en')).toBe('Today')
    expect(dayHeading('2026-11-22', NOW, 'en')).toBe('Yesterday')
    expect(dayHeading('2026-11-01', NOW, 'en')).toContain('1 November')
    expect(dayHeading('2026-11-23', NOW, 'hi')).toBe('आज')
  })

  it('name the year of a day that is of another one', () => {
    expect(dayHeading('2025-11-23', NOW, 'en')).toBe('Sunday, 23 November 2025')
    expect(dayHeading('2026-01-01', NOW, 'en')).not.toContain('2026')
    expect(dayHeading('2025-12-31', new Date('2026-01-01T00:05:00+05:30'), 'en')).toBe('Yesterday')
  })

  it('count the days between two days, not the hours', () => {
    const early = new Date('2026-11-23T01:00:00+05:30')
    expect(relativeTime('2026-11-21T23:00:00+05:30', early, 'en')).toBe('2 days ago')
    expect(relativeTime('2026-11-21T13:00:00+05:30', NOW, 'en')).toBe('2 days ago')
    expect(relativeTime('2026-11-22T11:00:00+05:30', NOW, 'en')).toBe('yesterday')
    expect(relativeTime('2026-11-24T13:00:00+05:30', NOW, 'en')).toBe('tomorrow')
  })

  it('split a list into days, each of which comes once, also where two clocks differed at midnight', () => {
    const split = splitByDay(['24 c', '23 b', '24 a', '23 z'], (item) => item.slice(0, 2))
    expect(split).toEqual([
      { key: '24', items: ['24 c', '24 a'] },
      { key: '23', items: ['23 b', '23 z'] },
    ])
  })

  it('say how long ago, and after a week when', () => {
    expect(relativeTime('2026-11-23T11:57:00+05:30', NOW, 'en')).toBe('3 minutes ago')
    expect(relativeTime('2026-11-01T11:57:00+05:30', NOW, 'en')).toBe('1 Nov 2026')
  })
})

describe('once', () => {
  const lost = new ApiError({ detail: 'Out of reach.', status: 0 })
  const refused = (isRepeated: boolean) => new ApiError({ detail: 'Too much.', status: 422, isRepeated })
  let keys: string[]
  let answers: (Error | string)[]
  beforeEach(() => {
    keys = []
  })

  /** Asks for a payment; the bank answers one after the other what stands in `answers`. */
  const pay = (amountMinor = 100) =>
    once('pay', { to: 7, amountMinor }, (key) => {
      keys.push(key)
      const answer = answers.shift() ?? 'done'
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    })

  it('asks under the same key until the bank has done it', async () => {
    answers = [lost, lost, 'done', 'done']
    await expect(pay()).rejects.toBe(lost)
    await expect(pay()).rejects.toBe(lost)
    expect(await pay()).toBe('done')
    expect(new Set(keys).size).toBe(1)
    await pay()
    expect(new Set(keys).size).toBe(2)
  })

  it('asks under another key for another payment', async () => {
    answers = [lost, lost]
    await expect(pay(100)).rejects.toBe(lost)
    await expect(pay(101)).rejects.toBe(lost)
    expect(new Set(keys).size).toBe(2)
  })

  it('has a refusal that the bank only repeats looked at again', async () => {
    answers = [refused(false), refused(true), 'done']
    await expect(pay()).rejects.toMatchObject({ status: 422 })
    expect(await pay()).toBe('done')
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('is told of a refusal that still holds', async () => {
    answers = [refused(false), refused(true), refused(false)]
    await expect(pay()).rejects.toMatchObject({ isRepeated: false })
    await expect(pay()).rejects.toMatchObject({ isRepeated: false })
    expect(keys).toHaveLength(3)
  })
})

describe('say', () => {
  it('fills gaps and picks plurals by the language', () => {
    const people = { one: '{count} person', other: '{count} people' }
    expect(say(people, { count: 1 })).toBe('1 person')
    expect(say(people, { count: 0 })).toBe('0 people')
    expect(say('Sent to {name}', { name: 'Meera' })).toBe('Sent to Meera')
  })
})

describe('passwordStrength', () => {
  it.each([
    ['', 'empty'],
    ['short', 'short'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['asha-asha-asha', 'weak'],
    ['password1234', 'weak'],
    ['calm-seas-2026', 'fair'],
    ['four words nobody guesses', 'strong'],
  ])('judges %j as %s', (password, strength) => {
    expect(passwordStrength(password, ['asha'])).toBe(strength)
  })
})

describe('errors', () => {
  it('tell what passes by itself from what does not', () => {
    expect([0, 429, 503].every((status) => isPassing(new ApiError({ detail: '', status })))).toBe(true)
    expect([400, 401, 404, 422].some((status) => isPassing(new ApiError({ detail: '', status })))).toBe(false)
  })
})

describe('idIn', () => {
  it.each(['0', '17', '9007199254740991'])('reads %s', (text) => expect(idIn(text)).toBe(Number(text)))
  it.each([undefined, '', 'me', '1.5', '-3', '1e3', '9007199254740993'])('finds none in %s', (text) => expect(idIn(text)).toBeNull())
})
