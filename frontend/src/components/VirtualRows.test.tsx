import { act, fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { VirtualRows } from './VirtualRows'

interface Item {
  id: number
}
const idOf = ({ id }: Item): number => id
const items = (from: number, count: number): Item[] => Array.from({ length: count }, (_, index) => ({ id: from + index }))
const day = (key: string, rows: readonly Item[]) => ({ key, heading: <h2>{key}</h2>, items: rows })

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} unobserve() {} disconnect() {} })
  vi.stubGlobal('scrollTo', () => undefined)
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(64) // jsdom lays nothing out
  return () => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  }
})

describe('VirtualRows', () => {
  it('makes only the rows in sight, and says how many there are', () => {
    render(<VirtualRows label="Payments" groups={[day('Today', items(1, 5_000))]} itemKey={idOf} draw={({ id }) => `row ${id}`} />)
    const rows = screen.getAllByText(/^row /)
    expect(rows.length).toBeLessThan(40)
    expect(rows[0]?.getAttribute('aria-setsize')).toBe('5000')
  })

  it('draws no row again for a page that was read on', () => {
    const draw = vi.fn(({ id }: Item) => `row ${id}`)
    const today = items(1, 100)
    const { rerender } = render(<VirtualRows label="Payments" groups={[day('Today', today)]} itemKey={idOf} draw={draw} />)
    const before = draw.mock.calls.length
    expect(before).toBeGreaterThan(5)
    rerender(<VirtualRows label="Payments" groups={[day('Today', today), day('Yesterday', items(101, 200))]} itemKey={idOf} draw={draw} />)
    expect(screen.getByText('row 1').getAttribute('aria-setsize')).toBe('300')
    expect(draw).toHaveBeenCalledTimes(before)
  })

  it('asks for more when the end comes near, and not before', () => {
    const more = vi.fn()
    const { rerender } = render(<VirtualRows label="Payments" groups={[day('Today', items(1, 500))]} itemKey={idOf} draw={() => 'row'} onNearEnd={more} />)
    expect(more).not.toHaveBeenCalled()
    act(() => rerender(<VirtualRows label="Payments" groups={[day('Today', items(1, 20))]} itemKey={idOf} draw={() => 'row'} onNearEnd={more} />))
    expect(more).toHaveBeenCalled()
  })

  it('has all of them in print, and then again those in sight', () => {
    render(<VirtualRows label="Payments" groups={[day('Today', items(1, 500))]} itemKey={idOf} draw={({ id }) => `row ${id}`} />)
    fireEvent(window, new Event('beforeprint'))
    const rows = screen.getAllByText(/^row /)
    expect(rows.length).toBe(500)
    expect(rows.every(({ style }) => style.transform === '')).toBe(true)
    fireEvent(window, new Event('afterprint'))
    expect(screen.getAllByText(/^row /).length).toBeLessThan(40)
  })
})
