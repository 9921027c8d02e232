import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { afterTheFrame } from './vite/after-the-frame.ts'
import { precompress } from './vite/precompress.ts'
import { serviceWorker } from './vite/service-worker.ts'

const BANK = process.env.NYORD_URL ?? 'http://127.0.0.1:8000'

/** Where the API answers. A page may have the same address: a navigation asks for text/html and gets the app. */
const API = '^/(auth|users|search|accounts|transactions|notifications|admin|dashboard|operations|health|openapi.json|ws/ticket)\\b'

export default defineConfig({
  plugins: [react(), tailwindcss(), afterTheFrame(), serviceWorker(), precompress()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: 3000,
    strictPort: true,
    proxy: {
      [API]: {
        target: BANK,
        bypass: (request) => (request.headers.accept?.includes('text/html') ? '/index.html' : undefined),
      },
      '^/ws(\\?|$)': { target: BANK, ws: true },
    },
  },
  build: {
    target: ['chrome111', 'edge111', 'firefox128', 'safari16.4', 'ios16.4'], // README.md says it to people, and why
    assetsInlineLimit: 0, // the policy of the gateway allows no data: address for fonts or scripts
    manifest: true, // scripts/sizes.mjs weighs by it
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        // What changes only with its version is one file, kept by the browser over our releases.
        // The parts of the query library for lists and orders come with the pages that have them; what every page is
        // made of is one file too: many small ones compress worse and each is named in the list of what to fetch.
        codeSplitting: {
          groups: [
            {
              name: 'ground',
              test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack\/(query-core|react-query))\/(?!.*(mutationObserver|infiniteQueryObserver|useMutation|useInfiniteQuery))/,
            },
            {
              name: 'pieces',
              test: /lucide-react\/dist\/esm\/icons\/x\.|src\/(components\/(activity|dashboard|(Money|Status|When|Person|PageHeader|ListFaces|QuickTransfers)\.|ui\/(Badge|Button|Notice)\.|shell\/(AppShell|BottomNavigation|Guards|Navbar|SidebarNavigation|navigation)\.)|contexts\/|lib\/lazyPage\.|locales\/(en\/)?(dashboard|common|shell|status)\.)/,
            },
            // What customers' pages share, by who needs it: in two dozen files it would be asked for one by one, six at a time.
            {
              name: 'forms',
              test: /@tanstack\/(query-core|react-query)\/.*(mutationObserver|useMutation)|src\/(components\/(CopyButton|Reference|Refusal|ErrorDetail|ui\/(Field|Chips|Choice))\.|lib\/(keys|useSearchParam|useDebounced)\.|locales\/(en\/)?(forms|reference)\.)/,
            },
            { name: 'lists', test: /@tanstack\/(query-core|react-query)\/.*[iI]nfiniteQuery/ },
            {
              name: 'money',
              test: /src\/(services\/(api|queries)\/(accounts|transactions)\.|lib\/money-(entry|words)\.|components\/(payment\/useOutcome|accounts\/useAccountName)\.|locales\/(en\/)?(accounts|payment)\.)/,
            },
            {
              name: 'sheets',
              test: /src\/components\/ui\/(Dialog|ConfirmDialog|Sheet)\./,
            },
          ],
        },
      },
    },
  },
})
