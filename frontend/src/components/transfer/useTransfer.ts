import { useCallback, useState } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { readDraft, writeDraft } from '@/lib/drafts'
import { ApiError } from '@/lib/errors'
import { parseAmount } from '@/lib/money-entry'
import { idIn, paths } from '@/lib/paths'
import { useRecipientAccounts } from '@/services/queries/accounts'
import { usePerson } from '@/services/queries/people'
import type { Account, Person, RecipientAccount } from '@/services/types'

export type Mode = 'others' | 'own'
export type Step = 'who' | 'account' | 'amount' | 'review'

/** What has been said so far. Only ids: names and accounts are always the bank's own, never an address's or an old page's. */
export interface Draft {
  mode: Mode
  personId: number | null
  destId: number | null
  srcId: number | null
  /** As it stands in the field. */
  amount: string
  note: string
}

const EMPTY: Draft = { mode: 'others', personId: null, destId: null, srcId: null, amount: '', note: '' }

export type Destination = RecipientAccount | Account

export interface Transfer {
  draft: Draft
  change: (change: Partial<Draft>) => void
  step: Step
  go: (step: Step) => void
  back: () => void
  person: Person | undefined
  personGone: boolean
  /** Where the person can be paid; undefined while it is read. */
  recipientAccounts: RecipientAccount[] | undefined
  /** Why who they are, or where they can be paid, couldn't be read. */
  recipientError: unknown
  retryRecipient: () => void
  source: Account | undefined
  destination: Destination | undefined
  amountMinor: number | null
  /** The bank took it: the draft is done, and the payment has an address of its own. */
  finish: (transactionId: number) => void
}

/** One transfer on its way through the steps. The step stands in the address, the rest in a draft of this tab. */
export function useTransfer(accounts: readonly Account[]): Transfer {
  const { draft, change, finish } = useTransferDraft()
  const [params] = useSearchParams()
  const navigate = useNavigate()
  const person = usePerson(draft.mode === 'others' ? draft.personId : null)
  const recipient = useRecipientAccounts(draft.mode === 'others' ? draft.personId : null)
  const targets: readonly Destination[] | undefined = draft.mode === 'own' ? accounts : recipient.data

  const source = accounts.find(({ id }) => id === draft.srcId) ?? (draft.mode === 'own' ? undefined : accounts[0])
  const only = draft.mode === 'others' && targets?.length === 1 ? targets[0] : undefined
  const chosen = targets?.find(({ id }) => id === draft.destId) ?? only
  const destination = chosen?.id === source?.id ? undefined : chosen
  const amountMinor = parseAmount(draft.amount)
  const unread = [person, recipient].filter(({ data, error }) => data === undefined && error !== null)

  const step = stepOf(params, { draft, only: only !== undefined, ready: destination !== undefined && source !== undefined, amountMinor })
  const go = useCallback((next: Step) => void navigate(`${paths.transfer}?step=${next}`), [navigate])
  const back = (): void => go(step === 'review' ? 'amount' : step === 'amount' && draft.mode === 'others' && only === undefined ? 'account' : 'who')

  return {
    draft, change, step, go, back, source, destination, amountMinor, finish,
    person: person.data,
    personGone: person.error instanceof ApiError && person.error.status === 404,
    recipientAccounts: recipient.data,
    recipientError: unread[0]?.error ?? null,
    retryRecipient: () => unread.forEach((query) => void query.refetch()),
  }
}

interface Known {
  draft: Draft
  only: boolean
  ready: boolean
  amountMinor: number | null
}

/** The step that the address asks for, or the first one that has to be answered before it. */
function stepOf(params: URLSearchParams, { draft, only, ready, amountMinor }: Known): Step {
  const prefilled = params.has('to') ? 'amount' : 'who'
  const asked = params.get('step') ?? prefilled
  if (asked === 'who') return 'who'
  if (draft.mode === 'others' && draft.personId === null) return 'who'
  if (!ready) return draft.mode === 'own' ? 'who' : 'account'
  if (asked === 'account' && draft.mode === 'others' && !only) return 'account'
  return asked === 'review' && amountMinor !== null ? 'review' : 'amount'
}

function useTransferDraft() {
  const name = `transfer.${useUser().id}`
  const [params] = useSearchParams()
  const navigate = useNavigate()
  const [kept, setKept] = useState<Draft>(() => withSource({ ...EMPTY, ...readDraft<Draft>(name) }, params))
  const draft = withPrefilled(kept, params)

  const change = useCallback(
    (part: Partial<Draft>) => {
      const next = { ...draft, ...part }
      writeDraft(name, next)
      setKept(next)
    },
    [draft, name],
  )

  const finish = useCallback(
    (transactionId: number) => {
      writeDraft(`${name}.sent`, { transactionId, draft })
      writeDraft(name, null)
      setKept(EMPTY)
      // Replaced: going back must not lead to a review that could be sent once more. Whoever left meanwhile stays there.
      if (window.location.pathname === paths.transfer) void navigate(`${paths.transfer}?payment=${transactionId}`, { replace: true })
    },
    [draft, name, navigate],
  )
  return { draft, change, finish }
}

/** `?from=` is the account one came from; it may be changed like any other choice. */
function withSource(kept: Draft, params: URLSearchParams): Draft {
  const srcId = idIn(params.get('from'))
  return srcId === null ? kept : { ...kept, srcId }
}

/** `?to=` names the person (S92); somebody else than before begins anew, the same one goes on. */
function withPrefilled(kept: Draft, params: URLSearchParams): Draft {
  const wanted = Number(params.get('to'))
  if (!Number.isSafeInteger(wanted) || wanted <= 0) return kept
  return kept.mode === 'others' && kept.personId === wanted ? kept : { ...EMPTY, personId: wanted }
}

/** Takes up again what was sent as `transactionId` and failed: the same words, ready to be changed. */
export function takeUpAgain(userId: number, transactionId: number): boolean {
  const sent = readDraft<{ transactionId: number; draft: Draft }>(`transfer.${userId}.sent`)
  if (sent?.transactionId !== transactionId || sent.draft === undefined) return false
  writeDraft(`transfer.${userId}`, sent.draft)
  return true
}
