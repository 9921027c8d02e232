import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { authAPI } from '../api'

export const sessionKeys = { all: ['sessions'] as const }

/** Where the person is signed in. */
export function useSessions() {
  return useQuery({ queryKey: sessionKeys.all, queryFn: ({ signal }) => authAPI.getSessions(signal) })
}

/** Signs one device out. */
export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (sessionId: number) => authAPI.endSession(sessionId),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionKeys.all }),
  })
}
