// Writes src/services/schema.ts from the API's OpenAPI document; with --check it only says whether the file is current.

import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import openapiTS, { astToString } from 'openapi-typescript'

const FRONTEND = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const TARGET = path.join(FRONTEND, 'src/services/schema.ts')
const HEAD = '// Made from the OpenAPI document by `npm run types`. Do not edit.\n\n'

const nyord = path.resolve(FRONTEND, '..', 'nyord')
const { stdout } = await promisify(execFile)(nyord, ['openapi'], { maxBuffer: 64 * 1024 * 1024 })
const made = HEAD + astToString(await openapiTS(JSON.parse(stdout)))

if (!process.argv.includes('--check')) {
  await writeFile(TARGET, made)
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== made) {
  console.error('src/services/schema.ts is not what the API says now: run `npm run types` and commit it.')
  process.exit(1)
}
