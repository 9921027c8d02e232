import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { contrast, contrastClaims, tokensOf } from '../scripts/contrast.mjs'

const css = readFileSync(path.resolve(import.meta.dirname, '../src/styles/tokens.css'), 'utf8')
const NEEDED = { text: 4.5, control: 3 }

describe.each(['light', 'dark'] as const)('the %s colours', (theme) => {
  const tokens = tokensOf(css, theme)
  const claims = contrastClaims(css, theme)

  it('claim something for every ink and control', () => {
    expect(claims.length).toBeGreaterThan(30)
  })

  it.each(claims)('$name is a $use on $ground', ({ name, use, ground, written }) => {
    const measured = contrast(tokens.get(name), tokens.get(ground))
    expect(measured).toBeGreaterThanOrEqual(NEEDED[use])
    expect(written).toBe(measured.toFixed(1)) // `npm run contrast` writes the figures
  })
})

it('knows black on white', () => {
  expect(contrast('oklch(0 0 0)', 'oklch(1 0 0)')).toBeCloseTo(21, 1)
})
