// The contrast of the colour tokens (WCAG 2). Run it to rewrite the figures in the comments of src/styles/tokens.css.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const DECLARATION = /--([\w-]+): (oklch\([^)]*\));(?:\s*\/\* (text|control) on ([^*]+) \*\/)?/g

/** The part of the file that draws a theme. */
function blockOf(css, theme) {
  const [light = '', rest = ''] = css.split("[data-theme='dark'] {")
  return theme === 'light' ? light : rest.split('\n}')[0]
}

/** The colours of a theme by name. */
export function tokensOf(css, theme) {
  return new Map([...blockOf(css, theme).matchAll(DECLARATION)].map(([, name, colour]) => [name, colour]))
}

/** What the comments of a theme claim: which ink stands on which ground, as what, with what contrast. */
export function contrastClaims(css, theme) {
  return [...blockOf(css, theme).matchAll(DECLARATION)].flatMap(([, name, , use, grounds]) =>
    (grounds ?? '').split(',').flatMap((text) => {
      const [ground, written] = text.trim().split(' ')
      return ground ? [{ name, use, ground, written }] : []
    }),
  )
}

/** The contrast of two OKLCH colours, 1 to 21. */
export function contrast(first, second) {
  const [high, low] = [luminance(first), luminance(second)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour) {
  const match = /oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/.exec(colour ?? '')
  if (match === null) throw new Error(`${colour} is not an opaque oklch() colour.`)
  const [lightness, chroma, hue] = match.slice(1).map(Number)
  const a = chroma * Math.cos((hue * Math.PI) / 180)
  const b = chroma * Math.sin((hue * Math.PI) / 180)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clipped = (value) => Math.round(Math.min(1, Math.max(0, value)) * 1e6) / 1e6
  const red = clipped(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
  const green = clipped(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
  const blue = clipped(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** The file with every figure measured anew. */
export function rewritten(css) {
  const [light, ...rest] = css.split("[data-theme='dark'] {")
  const [dark, ...after] = rest.join("[data-theme='dark'] {").split('\n}')
  const measured = (part, tokens) =>
    part.replace(DECLARATION, (whole, name, colour, use, grounds) => {
      if (grounds === undefined) return whole
      const list = grounds.split(',').map((text) => text.trim().split(' ')[0])
      const figures = list.map((ground) => `${ground} ${contrast(colour, tokens.get(ground)).toFixed(1)}`)
      return `--${name}: ${colour}; /* ${use} on ${figures.join(', ')} */`
    })
  return [
    measured(light, tokensOf(css, 'light')),
    "[data-theme='dark'] {",
    measured(dark, tokensOf(css, 'dark')),
    '\n}',
    after.join('\n}'),
  ].join('')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../src/styles/tokens.css')
  writeFileSync(file, rewritten(readFileSync(file, 'utf8')))
}
