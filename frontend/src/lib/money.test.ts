import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AMOUNT_MINOR_MAX, formatMoney, fromWire, groupIndian, plainText, shortMoney, toWire } from './money'
import { editAmount, parseAmount } from './money-entry'
import { moneyInWords } from './money-words'

const minor = fc.integer({ min: 0, max: AMOUNT_MINOR_MAX })
const positive = fc.integer({ min: 1, max: AMOUNT_MINOR_MAX })

describe('money on the wire', () => {
  it('reads every amount the bank can send exactly, through JSON', () => {
    fc.assert(
      fc.property(minor, (paise) => {
        const sent = `${Math.floor(paise / 100)}.${String(paise % 100).padStart(2, '0')}`
        expect(fromWire(JSON.parse(sent) as number)).toBe(paise)
      }),
    )
  })

  it('sends exactly what was meant, and reads it back', () => {
    fc.assert(fc.property(minor, (paise) => { expect(fromWire(JSON.parse(JSON.stringify(toWire(paise))) as number)).toBe(paise) }))
  })

  it('is exact where arithmetic on floats is not', () => {
    expect(fromWire(1.15)).toBe(115) // 1.15 * 100 is 114.99999999999999
    expect(fromWire(-0.29)).toBe(-29)
  })

  it.each([0.001, NaN, Infinity, 1e21])('refuses %s', (amount) => {
    expect(() => fromWire(amount)).toThrow(RangeError)
  })
})

describe('money as people write it', () => {
  it.each([
    ['₹1,50,000.50', 150_000_50],
    ['Rs. 200', 200_00],
    ['rs 1,000/-', 1_000_00],
    [' INR 12.5 ', 12_50],
    ['१,५००', 1_500_00],
    ['0.01', 1],
  ])('reads %s', (text, expected) => {
    expect(parseAmount(text)).toBe(expected)
  })

  it.each(['', '0', '0.00', '1.234', '1.2.3', '-5', 'ten', '1e5', '99999999999999'])('refuses %j', (text) => {
    expect(parseAmount(text)).toBeNull()
  })

  it('reads back everything it shows', () => {
    fc.assert(fc.property(positive, (paise) => { expect(parseAmount(formatMoney(paise))).toBe(paise) }))
    fc.assert(fc.property(positive, (paise) => { expect(parseAmount(plainText(paise))).toBe(paise) }))
  })

  it('groups the Indian way', () => {
    expect(formatMoney(99_99_99_999_99)).toBe('₹99,99,99,999.99')
    expect(formatMoney(-5)).toBe('−₹0.05')
    expect(groupIndian('100')).toBe('100')
    expect(groupIndian('1000')).toBe('1,000')
    expect(groupIndian('100000')).toBe('1,00,000')
  })

  it('is short on an axis', () => {
    expect([450_00, 1_500_00, 2_50_000_00, 3_00_00_000_00].map(shortMoney)).toEqual(['₹450', '₹1.5 k', '₹2.5 L', '₹3 Cr'])
  })

  it.each([
    [150_000_50, 'en', 'one lakh fifty thousand rupees and fifty paise'],
    [1_00, 'en', 'one rupee'],
    [1, 'en', 'one paisa'],
    [0, 'en', 'zero rupees'],
    [1_23_45_678_00, 'en', 'one crore twenty-three lakh forty-five thousand six hundred seventy-eight rupees'],
    [150_000_50, 'hi', 'एक लाख पचास हज़ार रुपये और पचास पैसे'],
    [99_00, 'hi', 'निन्यानवे रुपये'],
  ] as const)('spells %i in %s', (paise, language, expected) => {
    expect(moneyInWords(paise, language)).toBe(expected)
  })

  it('spells every amount, in both languages, without a gap', () => {
    fc.assert(
      fc.property(minor, fc.constantFrom('en' as const, 'hi' as const), (paise, language) => {
        expect(moneyInWords(paise, language)).not.toMatch(/undefined|_|\s\s|^\s|\s$/)
      }),
    )
  })
})

describe('an amount while it is typed', () => {
  const typeAll = (keys: string): string =>
    Array.from(keys).reduce((text, key) => editAmount(text + key, text.length + 1)?.text ?? text, '')

  it('groups as it grows', () => {
    expect(typeAll('150000.50')).toBe('1,50,000.50')
    expect(typeAll('.5')).toBe('0.5')
    expect(typeAll('007')).toBe('7')
  })

  it('takes what is pasted', () => {
    expect(editAmount('₹1,50,000.50', 12)).toEqual({ text: '1,50,000.50', caret: 11 })
  })

  it.each(['1.234', '1.2.3', '12a', '1.500,50'])('refuses %j whole, and guesses nothing', (text) => {
    expect(editAmount(text, text.length)).toBeNull()
  })

  it('keeps the caret behind the digit it was behind', () => {
    // 1|23456 -> typing 9 behind the 1
    expect(editAmount('19,23,456', 2)).toEqual({ text: '19,23,456', caret: 2 })
    expect(editAmount('1923456', 2)).toEqual({ text: '19,23,456', caret: 2 })
  })

  it('never changes what stands behind the caret', () => {
    const text = fc.tuple(fc.nat(9_999_999_999), fc.nat(99)).map(([whole, paise]) => `${groupIndian(String(whole))}.${String(paise).padStart(2, '0')}`)
    fc.assert(
      fc.property(text, fc.nat(20), fc.nat(9), (shown, at, digit) => {
        const caret = Math.min(at, shown.length)
        const edited = editAmount(shown.slice(0, caret) + String(digit) + shown.slice(caret), caret + 1)
        if (edited === null) return // a third decimal
        const bare = (part: string): string => part.replaceAll(',', '')
        expect(bare(edited.text.slice(edited.caret))).toBe(bare(shown.slice(caret)))
      }),
    )
  })
})
