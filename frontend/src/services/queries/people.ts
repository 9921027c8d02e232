import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { authAPI } from '../api'

const peopleKeys = {
  search: (q: string) => ['people', 'search', q] as const,
  one: (userId: number) => ['people', 'one', userId] as const,
  free: (username: string) => ['people', 'free', username] as const,
}

export const SEARCH_LENGTH_MIN = 2

/** People found by username or name; keeps the last answer on screen while the next is fetched. */
export function useSearchUsers(q: string) {
  const asked = q.trim()
  return useQuery({
    queryKey: peopleKeys.search(asked),
    queryFn: ({ signal }) => authAPI.searchUsers(asked, signal),
    enabled: asked.length >= SEARCH_LENGTH_MIN,
    placeholderData: keepPreviousData,
  })
}

/** Another customer: name and username; asked only for a known id. */
export function usePerson(userId: number | null) {
  return useQuery({
    queryKey: peopleKeys.one(userId ?? 0),
    queryFn: ({ signal }) => authAPI.getPerson(userId ?? 0, signal),
    enabled: userId !== null,
    staleTime: 5 * 60_000,
  })
}

/** Whether a username is free; null asks nothing. */
export function useUsernameFree(username: string | null) {
  return useQuery({
    queryKey: peopleKeys.free(username ?? ''),
    queryFn: async ({ signal }) => (await authAPI.isUsernameFree(username ?? '', signal)).available,
    enabled: username !== null,
    retry: false,
  })
}
