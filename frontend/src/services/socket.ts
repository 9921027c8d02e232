/** The live socket of one tab: opens with a one-use ticket, and comes back by itself after every break. */

import { notificationsAPI } from './api'
import type { Notification } from './types'

export interface MoneyMoved {
  type: 'transaction.success'
  transaction_id: number
  amount: number
  new_src_balance: number | null
  new_dest_balance: number | null
}
export type LiveMessage = { type: 'notification'; data: Partial<Notification> } | MoneyMoved | { type: 'pong' }
export type LiveState = 'connecting' | 'live' | 'waiting'

interface LiveHandlers {
  onMessage: (message: LiveMessage) => void
  onState: (state: LiveState) => void
}

const WAIT_FIRST_MS = 500
const WAIT_MAX_MS = 30_000
const PING_MS = 25_000
/** Without a sign of life for this long the connection is dead, whatever the browser believes. */
const SILENCE_MAX_MS = 60_000
/** So long a line may take to answer when the network has just come back. */
const ANSWER_MAX_MS = 5_000
/** A line that stood so long stood: what the bank turns away (too many tabs, too much to do) it closes as soon as it is open. */
const STEADY_MS = 10_000
const PING = '{"type":"ping"}'
const CLOSE_SIGN_IN_AGAIN = 4401

/** How long to wait before the next try: doubling, capped, spread so that a restarted bank isn't stormed. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** attempt)
  return Math.round(longest / 2 + (longest / 2) * random())
}

/** Keeps one socket open until `stop` is called. */
export function openLive(handlers: LiveHandlers): { stop: () => void } {
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pulse: ReturnType<typeof setInterval> | undefined
  let attempt = 0
  let heardAt = 0
  let openedAt = Infinity
  let turn = 0 // of the newest try: an older one that comes through after all has nothing to say any more

  const leave = (): void => {
    turn += 1
    openedAt = Infinity
    clearTimeout(timer)
    clearInterval(pulse)
    if (socket === undefined) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
    socket = undefined
  }

  const retry = (attemptMin = 0): void => {
    if (Date.now() - openedAt > STEADY_MS) attempt = 0
    attempt = Math.max(attempt, attemptMin)
    leave()
    handlers.onState('waiting')
    timer = setTimeout(() => void connect(), backOffMs(attempt))
    attempt += 1
  }

  const connect = async (): Promise<void> => {
    leave()
    const mine = turn
    handlers.onState('connecting')
    try {
      const { ticket } = await notificationsAPI.getSocketTicket() // renews the token by the way if it ran out
      if (mine === turn) attend(new WebSocket(socketAddress(ticket)))
    } catch {
      if (mine === turn) retry()
    }
  }

  const attend = (opened: WebSocket): void => {
    socket = opened
    heardAt = Date.now()
    opened.onopen = () => {
      openedAt = Date.now()
      handlers.onState('live')
      pulse = setInterval(() => {
        // A clock that was set back says nothing of a silence; whoever reconnects for nothing has lost nothing.
        if (Math.abs(Date.now() - heardAt) > SILENCE_MAX_MS) retry()
        else opened.send(PING)
      }, PING_MS)
    }
    opened.onmessage = (event: MessageEvent<string>) => {
      heardAt = Date.now()
      const message = read(event.data)
      if (message !== null) handlers.onMessage(message)
    }
    opened.onclose = (event) => {
      retry(event.code === CLOSE_SIGN_IN_AGAIN ? 3 : 0) // the next ticket tells whether it is over
    }
  }

  /** The network has come back, or the page is looked at again: a phone that slept kept no line, and runs no timer meanwhile. */
  const nowOnline = (): void => {
    attempt = 0
    if (socket?.readyState !== WebSocket.OPEN) {
      void connect()
      return
    }
    // It may have died with the network that it went over, and the browser doesn't know.
    const askedAt = Date.now()
    socket.send(PING)
    clearTimeout(timer)
    timer = setTimeout(() => heardAt < askedAt && retry(), ANSWER_MAX_MS)
  }

  const nowSeen = (): void => {
    if (!document.hidden && (socket === undefined || Date.now() - heardAt > PING_MS)) nowOnline()
  }

  window.addEventListener('online', nowOnline)
  document.addEventListener('visibilitychange', nowSeen)
  void connect()
  return {
    stop: () => {
      leave()
      window.removeEventListener('online', nowOnline)
      document.removeEventListener('visibilitychange', nowSeen)
    },
  }
}

function socketAddress(ticket: string): string {
  const address = new URL('/ws', window.location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.searchParams.set('ticket', ticket)
  return address.href
}

function read(text: string): LiveMessage | null {
  try {
    return JSON.parse(text) as LiveMessage
  } catch {
    return null
  }
}
