// Lighthouse for many pages in one process, with a Chromium started as Lighthouse itself starts it and nobody else attached to it:
// whoever listens to a page's every event takes processor time from the page. The first line that goes out says where Chromium
// listens; then each line that comes in is a page and its settings, each line that goes out its report.
// The arguments: Lighthouse's program, Chromium's, a folder for the profile, and what Chromium needs to be told.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [program, chromePath, userDataDir, ...told] = process.argv.slice(2)
const { default: lighthouse } = await import(pathToFileURL(program).href)
const { default: TotalBlockingTime } = await import(new URL('audits/metrics/total-blocking-time.js', pathToFileURL(program)).href)
const { launch } = await import(pathToFileURL(createRequire(program).resolve('chrome-launcher')).href)

const chrome = await launch({ chromePath, userDataDir, chromeFlags: ['--headless=new', ...told], logLevel: 'silent' })
process.stdout.write(`${JSON.stringify({ port: chrome.port, pid: chrome.pid })}\n`)

for await (const line of createInterface({ input: process.stdin })) {
  const { url, ...settings } = JSON.parse(line)
  const { lhr, artifacts } = await lighthouse(url, { port: chrome.port, logLevel: 'error', ...settings })
  const ownBlockingMs = blockedByItself(artifacts.Trace.traceEvents, settings.throttling.cpuSlowdownMultiplier)
  process.stdout.write(`${JSON.stringify({ ...lhr, ownBlockingMs, ownPerformance: performanceWith(ownBlockingMs, lhr) })}\n`)
}

/** Lighthouse's score of performance, were this the blocking time. */
function performanceWith(blockingMs, { categories: { performance }, audits }) {
  const weights = performance.auditRefs.reduce((sum, { weight }) => sum + weight, 0)
  const { weight } = performance.auditRefs.find(({ id }) => id === 'total-blocking-time')
  const score = TotalBlockingTime.computeLogNormalScore(TotalBlockingTime.defaultOptions.mobile.scoring, blockingMs)
  return performance.score + (weight / weights) * (score - audits['total-blocking-time'].score)
}

/**
 * Lighthouse's total blocking time, but by the processor time of the page's own thread: tasks on the slowed-down phone above 50 ms,
 * from the first paint on. By the clock, as Lighthouse counts, other programs of a small machine make tasks long.
 */
function blockedByItself(events, slowdown) {
  const last = (found) => found[found.length - 1]
  const start = last(events.filter(({ name, args }) => name === 'navigationStart' && args.data?.documentLoaderURL?.startsWith('http')))
  const painted = last(events.filter(({ name, pid, ts }) => name === 'firstContentfulPaint' && pid === start.pid && ts > start.ts))
  const main = events.find(({ name, args, pid }) => name === 'thread_name' && args.name === 'CrRendererMain' && pid === start.pid)
  return events
    .filter(({ name, pid, tid, ts, dur }) => name === 'RunTask' && pid === main.pid && tid === main.tid && ts + dur > painted.ts)
    .reduce((sum, { dur, tdur = dur }) => sum + Math.max(0, (tdur / 1000) * slowdown - 50), 0) // by the clock where the trace says no more
}
