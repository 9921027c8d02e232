import { describe, expect, it } from 'vitest'
import * as api from './api'

describe('the API by namespaces (S79)', () => {
  it.each([
    ['authAPI', ['register', 'login', 'logout', 'getCurrentUser', 'searchUsers']],
    ['accountsAPI', ['createAccount', 'getMyAccounts', 'getUserAccounts', 'transferBetweenAccounts']],
    ['transactionsAPI', ['createTransaction', 'getMyTransactions']],
    ['adminAPI', ['getUsers', 'updateUser', 'decideKYC', 'decideAccount', 'adjustBalance']],
    ['dashboardAPI', ['getSummary']],
  ] as const)('%s has the methods that the specification names', (namespace, names) => {
    expect(Object.keys(api[namespace])).toEqual(expect.arrayContaining([...names]))
  })
})
