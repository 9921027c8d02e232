/** Tables as files for a spreadsheet: RFC 4180, and nothing in them that a spreadsheet would run as a formula. */

export type CsvValue = string | number | boolean | null | undefined

/** What a spreadsheet takes for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** One cell: text that begins like a formula gets a leading apostrophe; what would break the row is quoted. */
export function csvCell(value: CsvValue): string {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'string') return String(value) // a number of ours can't hold a formula
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Rows, each with its end, so that a long table can be written in parts. */
export function csvRows(rows: readonly (readonly CsvValue[])[]): string {
  return rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
}

/** How a table begins: a byte order mark, without which Excel misreads Hindi, and its head. */
export function csvHead(head: readonly string[]): string {
  return `\uFEFF${csvRows([head])}`
}

/** Browsers begin to read a download when the click is over, some of them much later. */
const READ_MS_MAX = 60_000

/** Hands a table to the browser as a download. */
export function downloadCsv(name: string, parts: readonly Blob[]): void {
  const address = URL.createObjectURL(new Blob([...parts], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.csv`
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), READ_MS_MAX)
}
