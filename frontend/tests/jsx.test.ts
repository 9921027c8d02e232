import { globSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** What TypeScript, and with it Vite, can't read in a file of this name. */
function unreadable(name: string, source: string): string[] {
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: { jsx: ts.JsxEmit.ReactJSX, target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext },
  })
  return diagnostics.map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
}

/** JSX belongs in a .tsx file; anywhere else the development server answers 500 (S191). */
describe('JSX stands where Vite reads it (S191)', () => {
  const files = globSync('{src,tests,sw,vite,scripts}/**/*.{ts,js,jsx,mjs}')

  it('is refused in a function of a .ts file, so that the check below can fail', () => {
    expect(unreadable('a.ts', 'export function badge() { return <b>new</b> }')).not.toEqual([])
    expect(unreadable('a.tsx', 'export function Badge() { return <b>new</b> }')).toEqual([])
  })

  it('is in no other file than .tsx', () => {
    expect(files.length).toBeGreaterThan(80)
    expect(files.filter((file) => file.endsWith('.jsx'))).toEqual([])
    expect(files.flatMap((file) => unreadable(file.replace(/\.m?js$/, '.ts'), readFileSync(file, 'utf8')))).toEqual([])
  }, 30_000)
})
