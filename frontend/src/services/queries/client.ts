import { QueryClient } from '@tanstack/react-query'
import { isPassing } from '@/lib/errors'

const RETRIES_MAX = 2

/** The one cache of what the bank said. Money is always read again when a page is shown; nothing is kept on disk. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 5 * 60_000,
        retry: (failures, error) => isPassing(error) && failures < RETRIES_MAX,
        refetchOnWindowFocus: true,
        refetchOnReconnect: true, // which `networkMode: 'always'` would switch off
        networkMode: 'always', // we tell "offline" from the answers ourselves; a paused query shows nothing at all
      },
      // A payment is never sent again behind the person's back.
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}
