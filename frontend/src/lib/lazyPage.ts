import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

const RELOADED = 'nyord.reloaded'

/**
 * A page that is fetched when it is opened. After a new release the old page's files are gone: then the app is loaded
 * anew, once, instead of showing an error for something a reload cures.
 */
export function lazyPage(load: () => Promise<{ default: ComponentType }>): LazyExoticComponent<ComponentType> {
  return lazy(async () => {
    try {
      const page = await load().catch(() => askAnew().then(load))
      sessionStorage.removeItem(RELOADED)
      return page
    } catch (error) {
      if (!navigator.onLine || sessionStorage.getItem(RELOADED) !== null) throw error
      sessionStorage.setItem(RELOADED, 'yes')
      window.location.reload()
      return new Promise<never>(() => undefined)
    }
  })
}

/** WebKit remembers that a file couldn't be fetched, even over a reload, until it is asked to look again. */
async function askAnew(): Promise<void> {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel="modulepreload"]')
  await Promise.allSettled([...links].map(({ href }) => fetch(href, { cache: 'reload' })))
}
