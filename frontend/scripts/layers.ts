// The layers of src: each may import those before it and itself, never one after (ARCHITECTURE.md).

import path from 'node:path'

const LAYERS = ['assets', 'styles', 'lib', 'locales', 'services', 'contexts', 'components', 'pages', 'app']
const IMPORT = /\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g

/** "components" of components/ui/Button.tsx; what stands in src itself is the app that puts everything together. */
function layerOf(file: string): string {
  const [folder = '', ...rest] = file.split('/')
  return rest.length > 0 ? folder : 'app'
}

/** The file of src that an import names, or undefined for a package. */
function target(file: string, named: string): string | undefined {
  if (named.startsWith('@/')) return named.slice(2)
  return named.startsWith('.') ? path.posix.join(path.posix.dirname(file), named) : undefined
}

/** A sentence for each import of a file (its path in src, with slashes) that its layer may not make. */
export function strayImports(file: string, source: string): string[] {
  const own = LAYERS.indexOf(layerOf(file))
  if (own < 0) return [`src/${file} is in no layer: ${LAYERS.slice(0, -1).join(', ')} are the folders of src.`]
  return [...source.matchAll(IMPORT)].flatMap(([, named = '']) => {
    const imported = target(file, named)
    const theirs = imported === undefined ? 0 : LAYERS.indexOf(layerOf(imported))
    return theirs <= own && theirs >= 0 ? [] : [`src/${file} may not import ${named}: ${LAYERS.join(' ← ')}.`]
  })
}
