import { createContext, use } from 'react'
import { useAuth } from '@/contexts/AuthContext'
import { getNavigationLinks, type NavigationLink } from './navigation'

/** Which addresses have a page, so that nothing links to one that doesn't. Provided by App from the table of routes. */
export const PagesContext = createContext<ReadonlySet<string>>(new Set())

/** Whether there is a page at this address (as it stands in `lib/paths`). */
export function useHasPage(): (path: string) => boolean {
  const pages = use(PagesContext)
  return (path) => pages.has(path)
}

/** Where the signed-in person can go. */
export function useNavigationLinks(): NavigationLink[] {
  const { user } = useAuth()
  const hasPage = useHasPage()
  return getNavigationLinks(user).filter(({ to }) => hasPage(to))
}
