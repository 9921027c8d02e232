import { useQuery } from '@tanstack/react-query'
import { dashboardAPI } from '../api'

const ASK_AGAIN_MS = 3_000

export const dashboardKeys = { all: ['dashboard'] as const }

/** Accounts, recent activity, what waits, people and spending, as the dashboard shows them. */
export function useSummary() {
  return useQuery({
    queryKey: dashboardKeys.all,
    queryFn: ({ signal }) => dashboardAPI.getSummary(signal),
    // What is on its way may settle before the live socket is open, or while it is down.
    refetchInterval: ({ state }) => (state.data?.waiting.some(({ status }) => status === 'PENDING') ? ASK_AGAIN_MS : false),
  })
}
