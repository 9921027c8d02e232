import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { once } from '@/lib/keys'
import { accountsAPI } from '../api'
import type { AccountType } from '../types'
import { accountKeys, refreshMoney } from './money'

/** The customer's accounts, in every status. */
export function useMyAccounts() {
  return useQuery({ queryKey: accountKeys.mine, queryFn: ({ signal }) => accountsAPI.getMyAccounts(signal) })
}

/** One of the customer's accounts; null asks for none. */
export function useAccount(accountId: number | null) {
  return useQuery({
    queryKey: accountKeys.one(accountId ?? 0),
    queryFn: ({ signal }) => accountsAPI.getAccount(accountId ?? 0, signal),
    enabled: accountId !== null,
  })
}

/** What an account held at the end of each day, oldest first. */
export function useBalances(accountId: number, since: string, until: string) {
  return useQuery({
    queryKey: accountKeys.balances(accountId, since, until),
    queryFn: async ({ signal }) => (await accountsAPI.getBalances(accountId, since, until, signal)).items,
    placeholderData: keepPreviousData,
  })
}

/** The accounts another person can be paid on; asked only once the person is chosen. */
export function useRecipientAccounts(userId: number | null) {
  return useQuery({
    queryKey: accountKeys.ofUser(userId ?? 0),
    queryFn: ({ signal }) => accountsAPI.getUserAccounts(userId ?? 0, signal),
    enabled: userId !== null,
  })
}

/** Asks for a new account; the bank decides later. */
export function useCreateAccount() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (accountType: AccountType) =>
      once('create-account', { accountType }, (key) => accountsAPI.createAccount(accountType, key)),
    onSuccess: () => refreshMoney(client),
  })
}
