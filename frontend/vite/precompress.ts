import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Plugin, ResolvedConfig } from 'vite'

const COMPRESSIBLE = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt'])

/** Puts a `.br` and a `.gz` beside every file that shrinks, so that the gateway never compresses while someone waits. */
export function precompress(): Plugin {
  let config: ResolvedConfig
  return {
    name: 'nyord-precompress',
    apply: 'build',
    enforce: 'post',
    configResolved: (resolved) => void (config = resolved),
    closeBundle: {
      order: 'post',
      async handler() {
        const folder = path.resolve(config.root, config.build.outDir)
        const files = await readdir(folder, { recursive: true })
        await Promise.all(
          files.filter((file) => COMPRESSIBLE.has(path.extname(file))).map((file) => compress(path.join(folder, file))),
        )
      },
    },
  }
}

async function compress(file: string): Promise<void> {
  const source = await readFile(file)
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  await writeFile(`${file}.br`, await promisify(brotliCompress)(source, quality))
  await writeFile(`${file}.gz`, await promisify(gzip)(source, { level: 9 }))
}
