import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { strayImports } from '../scripts/layers.ts'

describe('Layers', () => {
  it.each([
    ['lib/money.ts', "import { Money } from '@/components/Money'", 'a later layer'],
    ['components/ui/Button.tsx', "import { HelpPage } from '../../pages/HelpPage'", 'a later layer, by a path'],
    ['services/api.ts', "export { App } from '../App'", 'what puts everything together'],
    ['contexts/Auth.tsx', "const page = await import('@/pages/HomePage')", 'a later layer, at run time'],
    ['lib/money.ts', "import '../../tests/setup'", 'what is outside'],
    ['helpers/money.ts', '', 'in no layer'],
  ])('%s: %s is %s', (file, source) => {
    expect(strayImports(file, source)).toHaveLength(1)
  })

  it.each([
    ['pages/HomePage.tsx', "import { Money } from '@/components/Money'"],
    ['components/ui/Button.tsx', "import { Row } from '../Row'\nimport { useId } from 'react'\nimport '@/styles/tokens.css'"],
    ['App.tsx', "import { routes } from './routes'"],
    ['main.tsx', "import { App } from './App'"],
  ])('%s may: %s', (file, source) => {
    expect(strayImports(file, source)).toEqual([])
  })

  it('are kept by every file, and the check reads them', () => {
    const files = globSync('**/*.{ts,tsx}', { cwd: 'src' }).map((file) => file.replaceAll('\\', '/'))
    expect(files.length).toBeGreaterThan(150)
    expect(files.flatMap((file) => strayImports(file, readFileSync(`src/${file}`, 'utf8')))).toEqual([])
  })
})
