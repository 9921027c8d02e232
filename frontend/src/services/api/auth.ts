import type { components } from '../schema'
import type { Person, Session, Token, User } from '../types'
import { apiRequest } from './request'

type Schemas = components['schemas']

export const authAPI = {
  register: (body: Schemas['RegisterRequest']) =>
    apiRequest<Token>('/auth/register', { method: 'POST', body, anonymous: true }),
  /** Signs in with a username or an e-mail address. */
  login: (identifier: string, password: string) =>
    apiRequest<Token>('/auth/login', { method: 'POST', body: { identifier, password }, anonymous: true }),
  logout: () => apiRequest<undefined>('/auth/logout', { method: 'POST' }),
  getCurrentUser: (signal?: AbortSignal) => apiRequest<User>('/auth/me', { signal }),
  updateProfile: (body: Schemas['ProfileUpdate']) => apiRequest<User>('/auth/me', { method: 'PUT', body }),
  changePassword: (body: Schemas['PasswordChange']) =>
    apiRequest<undefined>('/auth/change-password', { method: 'POST', body }),
  changeEmail: (body: Schemas['EmailChange']) => apiRequest<User>('/auth/change-email', { method: 'POST', body }),
  getSessions: (signal?: AbortSignal) => apiRequest<Session[]>('/auth/sessions', { signal }),
  endSession: (sessionId: number) => apiRequest<undefined>(`/auth/sessions/${sessionId}`, { method: 'DELETE' }),
  /** Whether nobody has this username yet. */
  isUsernameFree: (username: string, signal?: AbortSignal) =>
    apiRequest<{ available: boolean }>('/users/available', { query: { username }, anonymous: true, signal }),
  /** The name and username of another customer. */
  getPerson: (userId: number, signal?: AbortSignal) => apiRequest<Person>(`/users/${userId}`, { signal }),
  /** People whose username or name begins like `q`; never oneself. */
  searchUsers: (q: string, signal?: AbortSignal) => apiRequest<Person[]>('/users/search', { query: { q }, signal }),
}
