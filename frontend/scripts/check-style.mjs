// What no linter knows of this app: raw colours and pixel font sizes outside the tokens, and Tailwind's way around both; the layers.

import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { strayImports } from './layers.ts'

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'src')
const MAY_HOLD_COLOURS = new Set(['styles/tokens.css'])

const RULES = [
  [/#[0-9a-f]{3,8}\b(?=['"\s;)])/gi, 'a raw colour: use a token of styles/tokens.css'],
  [/\b(?:rgba?|hsla?|oklch|oklab|color-mix)\(/g, 'a raw colour: use a token of styles/tokens.css'],
  [/\b(?:bg|text|border|fill|stroke|ring|outline)-(?:black|white|gray|slate|red|green|blue|amber|yellow)\b/g, 'a colour that is no token'],
  [/font-size:\s*[\d.]+px|\btext-\[[\d.]+px\]/g, 'a font size in pixels: use the scale (text-small, text-body…), it grows with the reader'],
  [/\btext-(?:xs|sm|base|lg|\d?xl)\b/g, 'a size of Tailwind, which the scale has not: it makes nothing'],
]

const files = (await readdir(ROOT, { recursive: true }))
  .filter((file) => /\.(tsx?|css)$/.test(file) && !file.endsWith('schema.ts'))
  .map((file) => file.replaceAll(path.sep, '/'))
const found = []
for (const file of files) {
  const source = await readFile(path.join(ROOT, file), 'utf8')
  found.push(...strayImports(file, source))
  const lines = source.split('\n')
  lines.forEach((line, index) => {
    for (const [pattern, complaint] of MAY_HOLD_COLOURS.has(file) ? [] : RULES) {
      for (const [match] of line.matchAll(pattern)) found.push(`src/${file}:${index + 1}: ${match} is ${complaint}.`)
    }
  })
  if (lines.length > 400) found.push(`src/${file}: ${lines.length} lines; split it (300 is a good length, 400 the limit).`)
}
if (found.length > 0) {
  console.error(found.join('\n'))
  process.exit(1)
}
