// Lighthouse for many pages in one process, with a Chromium started as Lighthouse itself starts it and nobody else attached to it:
// whoever listens to a page's every event takes processor time from the page. The first line that goes out says where Chromium
// listens; then each line that comes in is a page and its settings, each line that goes out its report.
// The arguments: Lighthouse's program, Chromium's, a folder for the profile, and what Chromium needs to be told.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [program, chromePath, userDataDir, ...told] = process.argv.slice(2)
const { default: lighthouse } = await import(pathToFileURL(program).href)
const { launch } = await import(pathToFileURL(createRequire(program).resolve('chrome-launcher')).href)

const chrome = await launch({ chromePath, userDataDir, chromeFlags: ['--headless=new', ...told], logLevel: 'silent' })
process.stdout.write(`${JSON.stringify({ port: chrome.port, pid: chrome.pid })}\n`)

for await (const line of createInterface({ input: process.stdin })) {
  const { url, ...settings } = JSON.parse(line)
  const { lhr } = await lighthouse(url, { port: chrome.port, logLevel: 'error', ...settings })
  process.stdout.write(`${JSON.stringify(lhr)}\n`)
}
