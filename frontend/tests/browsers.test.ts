import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('the README names the browsers that the app is built for', () => {
  const said = /Chrome and Edge ([\d.]+), Firefox ([\d.]+), Safari ([\d.]+) on a Mac, an iPhone or an iPad/.exec(readFileSync('README.md', 'utf8'))
  const [chromium, firefox, safari] = said?.slice(1) ?? []
  const target = [`chrome${chromium}`, `edge${chromium}`, `firefox${firefox}`, `safari${safari}`, `ios${safari}`]
  expect(readFileSync('vite.config.ts', 'utf8')).toContain(`target: [${target.map((one) => `'${one}'`).join(', ')}]`)
})
