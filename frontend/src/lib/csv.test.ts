import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { csvCell, csvHead, csvRows, downloadCsv } from './csv'

describe('csvCell', () => {
  it.each(['=1+1', '+91 98', '-5', '@SUM(A1)', '\tx', '\rx'])('takes the formula out of %j', (value) => {
    expect(csvCell(value).replace(/^"/, '')).toMatch(/^'/)
  })

  it('leaves text, numbers and nothing as they are', () => {
    expect([csvCell('Asha'), csvCell('1=1'), csvCell(-150.5), csvCell(true), csvCell(null), csvCell(undefined)]).toEqual(['Asha', '1=1', '-150.5', 'true', '', ''])
  })

  it('quotes what would break a row', () => {
    expect(csvCell('Rent, "May"\nand June')).toBe('"Rent, ""May""\nand June"')
    expect(csvCell('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"')
  })

  it('never lets a cell begin like a formula, whatever stands in it', () => {
    fc.assert(fc.property(fc.string(), (value) => !/^"?[=+\-@\t\r]/.test(csvCell(value))))
  })
})

describe('a table', () => {
  it('reads back as it was, cell by cell', () => {
    const plain = fc.string().filter((value) => !/^[=+\-@\t\r]/.test(value))
    fc.assert(fc.property(fc.array(fc.tuple(plain, plain)), (rows) => {
      expect(parse(csvHead(['a', 'b']) + csvRows(rows))).toEqual([['a', 'b'], ...rows])
    }))
  })
})

describe('a download', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('can still be read after the click, and is let go in the end', () => {
    vi.useFakeTimers()
    const link = { href: '', download: '', click: vi.fn() }
    vi.stubGlobal('document', { createElement: () => link })
    const made = vi.spyOn(URL, 'createObjectURL')
    const letGo = vi.spyOn(URL, 'revokeObjectURL')
    downloadCsv('payments', [new Blob(['a'])])
    const address: unknown = made.mock.results[0]?.value
    expect([link.href, link.download]).toEqual([address, 'payments.csv'])
    expect(link.click).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(10_000)
    expect(letGo).not.toHaveBeenCalled()
    vi.advanceTimersByTime(60_000)
    expect(letGo).toHaveBeenCalledExactlyOnceWith(address)
  })
})

/** A reader of RFC 4180 that shares nothing with the writer. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  const letters = text.slice(1)
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? ''
    if (quoted && letter === '"' && letters[at + 1] === '"') {
      cell += '"'
      at += 1
    } else if (letter === '"') quoted = !quoted
    else if (!quoted && letter === ',') {
      rows.at(-1)?.push(cell)
      cell = ''
    } else if (!quoted && letter === '\r' && letters[at + 1] === '\n') {
      rows.at(-1)?.push(cell)
      cell = ''
      rows.push([])
      at += 1
    } else cell += letter
  }
  return rows.slice(0, -1)
}
