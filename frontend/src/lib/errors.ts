/** What went wrong, as the API said it (S78): `detail` for the person, `code` for the program, `data` to act on. */
export class ApiError extends Error {
  readonly detail: string
  readonly status: number
  readonly code: string
  readonly data: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds: number | null
  /** What support finds the bank's side of it by; null where the bank wasn't reached. */
  readonly requestId: string | null
  /** The bank said this before, of an earlier try under the same key, and hasn't looked again. */
  readonly isRepeated: boolean

  constructor(facts: {
    detail: string
    status: number
    code?: string
    data?: Record<string, unknown>
    retryAfterSeconds?: number | null
    requestId?: string | null
    isRepeated?: boolean
  }) {
    super(facts.detail)
    this.name = 'ApiError'
    this.detail = facts.detail
    this.status = facts.status
    this.code = facts.code ?? 'unknown'
    this.data = facts.data ?? {}
    this.retryAfterSeconds = facts.retryAfterSeconds ?? null
    this.requestId = facts.requestId ?? null
    this.isRepeated = facts.isRepeated ?? false
  }
}

/** `status` of an error that never reached the bank: no network, or the bank doesn't answer. */
export const STATUS_UNREACHABLE = 0

/** Whether trying the same again can help: the network, a pause asked for, or the bank's own trouble. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === STATUS_UNREACHABLE || error.status === 429 || error.status >= 500)
}

/** The reference of an error that nobody expected, for a customer to tell; null where the error says all there is to say. */
export function referenceOf(error: unknown): string | null {
  return error instanceof ApiError && error.status >= 500 ? error.requestId : null
}
