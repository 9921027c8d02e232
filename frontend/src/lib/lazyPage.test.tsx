import { render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { lazyPage } from './lazyPage'

afterEach(() => {
  document.head.replaceChildren()
  vi.unstubAllGlobals()
})

it('has the browser look again for what it could not fetch: WebKit remembers that, even over a reload', async () => {
  const looked: unknown[] = []
  vi.stubGlobal('fetch', (address: string, { cache }: RequestInit) => Promise.reject(new Error(String(looked.push([address, cache])))))
  document.head.innerHTML = '<link rel="modulepreload" href="/assets/Page.js">'
  const load = (): Promise<{ default: () => string }> =>
    looked.length === 0 ? Promise.reject(new TypeError('Importing a module script failed.')) : Promise.resolve({ default: () => 'The page' })
  const Page = lazyPage(load)
  render(
    <Suspense>
      <Page />
    </Suspense>,
  )
  await screen.findByText('The page')
  expect(looked).toEqual([[`${window.location.origin}/assets/Page.js`, 'reload']])
})
