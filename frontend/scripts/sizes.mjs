// Weighs the first load of the dashboard (gzipped JavaScript) and fails above the budget. Run it after a build.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const BUDGET_BYTES = 120_000
const DIST = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist')
const ENTRIES = ['src/main.tsx', 'index.html']
const DASHBOARD = ['src/pages/DashboardPage.tsx', 'src/components/charts/BarChart.tsx']

const manifest = JSON.parse(await readFile(path.join(DIST, '.vite/manifest.json'), 'utf8'))
const files = new Set()
const visit = (key) => {
  const chunk = manifest[key]
  if (chunk === undefined || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const imported of chunk.imports ?? []) visit(imported)
}
for (const key of [...ENTRIES, ...DASHBOARD]) visit(key)

let total = 0
for (const file of files) {
  const { length } = await readFile(path.join(DIST, `${file}.gz`))
  total += length
  console.log(`${String(length).padStart(8)}  ${file}`)
}
console.log(`${String(total).padStart(8)}  bytes of JavaScript until the dashboard stands (budget ${BUDGET_BYTES})`)
if (total > BUDGET_BYTES) process.exit(1)
