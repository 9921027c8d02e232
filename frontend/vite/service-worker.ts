import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Plugin, ResolvedConfig } from 'vite'

/** What the shell needs to say "you are offline": everything the first page loads, not the pages behind it. */
const LISTED = /^(index\.html|assets\/.*\.(js|css|woff2))$/
const LATER = /noto-sans-devanagari|hindi-name/ // fetched when someone reads Hindi, and kept by the browser's own cache

/** Writes /sw.js: sw/sw.js with the list of this build's files and a version that changes whenever one of them does. */
export function serviceWorker(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'nyord-service-worker',
    apply: 'build',
    configResolved: (resolved) => void (config = resolved),
    async generateBundle(_options, bundle) {
      const first = new Set<string>()
      const visit = (name: string): void => {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk' || first.has(name)) return
        first.add(name)
        chunk.imports.forEach(visit)
        chunk.viteMetadata?.importedCss.forEach((file) => first.add(file))
      }
      Object.values(bundle).forEach((chunk) => {
        if (chunk.type === 'chunk' && chunk.isEntry) visit(chunk.fileName)
      })
      const fonts = Object.keys(bundle).filter((name) => name.endsWith('.woff2') && !LATER.test(name))
      const files = ['index.html', ...first, ...fonts].filter((name) => LISTED.test(name)).sort()
      const template = await readFile(path.resolve(config.root, 'sw/sw.js'), 'utf8')
      const urls = files.map((file) => (file === 'index.html' ? '/' : `/${file}`))
      const version = createHash('sha256').update(urls.join() + template).digest('hex').slice(0, 12)
      const source = template.replace('__VERSION__', version).replace('__FILES__', JSON.stringify(urls, null, 2))
      this.emitFile({ type: 'asset', fileName: 'sw.js', source })
    },
  }
}
