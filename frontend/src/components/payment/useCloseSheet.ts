import { useCallback } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { isInPlace } from '@/lib/paths'

/** How to close a sheet that has an address: back if it was opened from here, else to the list's own address. */
export function useCloseSheet(list: string): () => void {
  const navigate = useNavigate()
  const inPlace = isInPlace(useLocation().state)
  return useCallback(() => {
    if (inPlace) void navigate(-1)
    else void navigate(list, { replace: true })
  }, [inPlace, list, navigate])
}
