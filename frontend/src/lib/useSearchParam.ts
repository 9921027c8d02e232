import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/** One filter or tab that lives in the address: it survives a reload and can be sent to someone. The default isn't written. */
export function useSearchParam<Value extends string>(name: string, fallback: Value): [Value, (value: Value) => void] {
  const [params] = useSearchParams()
  const change = useChangeAddress()
  const value = (params.get(name) ?? fallback) as Value
  const set = useCallback((next: Value) => change({ [name]: next === fallback ? '' : next }), [name, fallback, change])
  return [value, set]
}

/** Changes what stands in the address, in place; '' takes a name out of it. */
export function useChangeAddress(): (changes: Readonly<Record<string, string>>) => void {
  const [, setParams] = useSearchParams()
  return useCallback(
    (changes) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(changes)) {
            if (value === '') after.delete(name)
            else after.set(name, value)
          }
          return after
        },
        { replace: true, preventScrollReset: true },
      ),
    [setParams],
  )
}
