import { setNonce } from 'get-nonce'
import { startTransition, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App'
import { giveWay } from './lib/giveWay'
import { fetchPageAt } from './routes'
import { createQueryClient } from './services/queries/client'
import './styles/app.css'

// Menus of Radix write a <style> while they are open; the policy of the page lets it pass by this nonce only.
setNonce(document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '')

fetchPageAt(window.location.pathname)
await giveWay()
await styleIsHere()

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root.')
// In slices: nobody sees anything of it yet, so it may give way to a touch or a key.
startTransition(() =>
  createRoot(root).render(
    <StrictMode>
      <App client={createQueryClient()} />
    </StrictMode>,
  ),
)

if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  void navigator.serviceWorker.register('/sw.js').catch(() => undefined)
}

/** The style comes beside the script, not before it (index.html), and usually first: it is a tenth of its size. */
async function styleIsHere(): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]')
  if (link === null || link.sheet !== null) return
  await new Promise<void>((resolve) => {
    link.addEventListener('load', () => resolve())
    link.addEventListener('error', () => resolve())
  })
}
