import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLive, type LiveMessage, type LiveState } from './socket'

/** The browser's socket, played by the test. */
class Line {
  static readonly OPEN = 1
  static all: Line[] = []
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  sent = 0
  closed = false
  constructor() {
    Line.all.push(this)
  }
  opens(): void {
    this.readyState = Line.OPEN
    this.onopen?.()
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  send(): void {
    this.sent += 1
  }
  close(): void {
    this.closed = true
  }
}

/** Answers to the question for a ticket, given when the test gives them. */
let tickets: ((answer: Response) => void)[]
let states: LiveState[]
let heard: LiveMessage[]
let stop: () => void

const answer = async (number: number, response = Response.json({ ticket: 'once', expires_in: 30 })): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0) // until it is asked for
  tickets[number]?.(response)
  await vi.advanceTimersByTimeAsync(0)
}
const online = (): boolean => window.dispatchEvent(new Event('online'))

beforeEach(() => {
  vi.useFakeTimers()
  Line.all = []
  tickets = []
  states = []
  heard = []
  vi.stubGlobal('WebSocket', Line)
  vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => tickets.push(resolve)))
  ;({ stop } = openLive({ onMessage: (message) => heard.push(message), onState: (state) => states.push(state) }))
})
afterEach(() => {
  stop()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('openLive', () => {
  it('keeps one line, whoever tries at the same time: news comes once', async () => {
    online() // while the first question for a ticket is still on its way
    await answer(0)
    await answer(1)
    expect(Line.all).toHaveLength(1)
    Line.all[0]?.opens()
    Line.all[0]?.says({ type: 'pong' })
    expect(heard).toEqual([{ type: 'pong' }])
    expect(states.at(-1)).toBe('live')
  })

  it('notices that a line is dead, also when the clock was set back by hours meanwhile', async () => {
    await answer(0)
    Line.all[0]?.opens()
    vi.setSystemTime(Date.now() - 4 * 3_600_000)
    await vi.advanceTimersByTimeAsync(90_000)
    expect(Line.all[0]?.closed).toBe(true)
    expect(tickets).toHaveLength(2)
  })

  it('lets go of a line that was only being opened when the network came back', async () => {
    await answer(0)
    online()
    await answer(1)
    const [first, second] = Line.all
    second?.opens()
    first?.opens()
    first?.says({ type: 'pong' })
    expect([first?.closed, second?.closed, heard]).toEqual([true, false, []])
  })

  it('an older try that fails disturbs no newer one', async () => {
    online()
    await answer(1)
    Line.all[0]?.opens()
    await answer(0, new Response(null, { status: 503 }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(states.at(-1)).toBe('live')
    expect(tickets).toHaveLength(2)
  })

  it('leaves a line that has gone silent, and comes back over another', async () => {
    await answer(0)
    Line.all[0]?.opens()
    await vi.advanceTimersByTimeAsync(75_000)
    expect(Line.all[0]?.closed).toBe(true)
    expect(states.at(-1)).toBe('waiting')
    await vi.advanceTimersByTimeAsync(500)
    await answer(1)
    Line.all[1]?.opens()
    expect(states.at(-1)).toBe('live')
  })

  it('asks a bank that turns it away less and less often, and at once again after a line that stood', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const turnedAway = async (number: number): Promise<void> => {
      await answer(number)
      Line.all[number]?.opens()
      Line.all[number]?.onclose?.({ code: 4429 })
    }
    const waits: number[] = []
    for (let number = 0; number < 5; number += 1) {
      await turnedAway(number)
      const since = Date.now()
      while (tickets.length === number + 1) await vi.advanceTimersByTimeAsync(100)
      waits.push(Date.now() - since)
    }
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000])
    await answer(5)
    Line.all[5]?.opens()
    await vi.advanceTimersByTimeAsync(20_000)
    Line.all[5]?.onclose?.({ code: 1012 })
    await vi.advanceTimersByTimeAsync(500)
    expect(tickets).toHaveLength(7)
    vi.restoreAllMocks()
  })

  it('has an open line say a word when the network has come back, and leaves one that says none', async () => {
    await answer(0)
    const [first] = Line.all
    first?.opens()
    await vi.advanceTimersByTimeAsync(1_000)
    online()
    expect(first?.sent).toBe(1)
    first?.says({ type: 'pong' })
    await vi.advanceTimersByTimeAsync(6_000)
    expect([states.at(-1), first?.closed]).toEqual(['live', false])
    online()
    await vi.advanceTimersByTimeAsync(5_000)
    expect([states.at(-1), first?.closed]).toEqual(['waiting', true])
  })

  it('has it say a word when the page is looked at again after a while: a phone that slept kept no line', async () => {
    await answer(0)
    const [first] = Line.all
    first?.opens()
    document.dispatchEvent(new Event('visibilitychange'))
    expect(first?.sent).toBe(0) // it was heard a moment ago
    vi.setSystemTime(Date.now() + 300_000) // asleep: no timer ran
    document.dispatchEvent(new Event('visibilitychange'))
    expect(first?.sent).toBe(1)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(first?.closed).toBe(true)
    await answer(1)
    expect(Line.all).toHaveLength(2)
  })

  it('asks at once, not after a long wait, when the page is looked at again', async () => {
    for (let number = 0; number < 8; number += 1) {
      await answer(number, new Response(null, { status: 503 }))
      const asked = tickets.length
      while (tickets.length === asked) await vi.advanceTimersByTimeAsync(1_000)
    }
    await answer(8, new Response(null, { status: 503 }))
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
    expect(tickets).toHaveLength(10)
  })

  it('asks nothing and opens nothing once it is stopped', async () => {
    stop()
    await answer(0)
    await vi.advanceTimersByTimeAsync(60_000)
    online()
    expect([Line.all.length, tickets.length]).toEqual([0, 1])
  })
})
