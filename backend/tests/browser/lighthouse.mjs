// Lighthouse for many pages in one process: each line that comes in is a page and its settings, each line that goes out its
// report. The arguments say where Lighthouse is and at which port Chromium listens.
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [program, port] = process.argv.slice(2)
const { default: lighthouse } = await import(pathToFileURL(program).href)

for await (const line of createInterface({ input: process.stdin })) {
  const { url, ...settings } = JSON.parse(line)
  const { lhr } = await lighthouse(url, { port: Number(port), logLevel: 'error', ...settings })
  process.stdout.write(`${JSON.stringify(lhr)}\n`)
}
