import { QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '@/lib/errors'
import * as clock from '@/lib/useNow'
import { createQueryClient } from '@/services/queries/client'
import { ListFaces } from './ListFaces'
import { Money } from './Money'
import { initialsOf } from './Person'
import { getNavigationLinks } from './shell/navigation'
import { localPath } from './shell/Guards'
import { Combobox } from './ui/Combobox'
import { ConfirmDialog } from './ui/ConfirmDialog'
import { MoneyInput } from './ui/MoneyInput'
import { Table } from './ui/Table'
import { When } from './When'

function AmountField() {
  const [value, setValue] = useState('')
  return <MoneyInput label="Amount" value={value} onChange={setValue} />
}

describe('MoneyInput', () => {
  it('groups while one types, spells it out, and ignores what is no amount', async () => {
    render(<AmountField />)
    const field = screen.getByLabelText<HTMLInputElement>('Amount')
    await userEvent.type(field, '150000.505x')
    expect(field.value).toBe('1,50,000.50')
    expect(screen.getByText('one lakh fifty thousand rupees and fifty paise')).toBeTruthy()
  })

  it('takes a pasted amount with its sign', async () => {
    render(<AmountField />)
    const field = screen.getByLabelText<HTMLInputElement>('Amount')
    await userEvent.click(field)
    await userEvent.paste('₹1,50,000.50')
    expect(field.value).toBe('1,50,000.50')
  })

  it('says that it did not take what was pasted, until something is taken', async () => {
    render(<AmountField />)
    const field = screen.getByLabelText<HTMLInputElement>('Amount')
    await userEvent.type(field, '75')
    await userEvent.paste('₹1,200.505')
    expect(field.value).toBe('75')
    expect(screen.getByText(/^Not taken: /)).toBeTruthy()
    await userEvent.keyboard('0')
    expect(screen.queryByText(/^Not taken: /)).toBe(null)
    expect(screen.getByText('seven hundred fifty rupees')).toBeTruthy()
    await userEvent.keyboard('x')
    expect(screen.queryByText(/^Not taken: /)).toBe(null)
  })

  it('keeps the caret in the middle', async () => {
    render(<AmountField />)
    const field = screen.getByLabelText<HTMLInputElement>('Amount')
    await userEvent.type(field, '123456')
    field.setSelectionRange(1, 1)
    await userEvent.keyboard('9')
    expect(field.value).toBe('19,23,456')
    expect(field.selectionStart).toBe(2)
  })
})

describe('Money', () => {
  it('tells the direction in words, not by colour', () => {
    const { rerender } = render(<Money minor={150_00} direction="in" />)
    expect(screen.getByText('₹150.00 received')).toBeTruthy()
    rerender(<Money minor={150_00} direction="out" />)
    expect(screen.getByText('₹150.00 sent')).toBeTruthy()
  })

  it('tells nobody that they received what has not settled', () => {
    const { rerender } = render(<Money minor={150_00} direction="in" open />)
    expect(screen.queryByText(/received/)).toBe(null)
    rerender(<Money minor={150_00} direction="out" void />)
    expect(screen.getByText('−₹150.00')).toBeTruthy()
  })

  it('says nothing of a hidden amount', () => {
    const { container } = render(<Money minor={987_65} hidden />)
    expect(container.textContent).not.toMatch(/[0-9]/)
  })
})

describe('Table', () => {
  const rows = [{ id: 1, name: 'Asha' }, { id: 2, name: 'Rohan' }, { id: 3, name: 'Meera' }]
  const columns = [{ key: 'name', title: 'Name', cell: (row: { name: string }) => row.name, sortable: true }]

  it('walks by j and k, opens by Enter, and acts by key', async () => {
    const open = vi.fn()
    const approve = vi.fn()
    render(<Table caption="People" columns={columns} rows={rows} rowKey={(row) => row.id} onOpen={open} keys={{ a: approve }} />)
    await userEvent.tab()
    await userEvent.keyboard('jj{Enter}')
    expect(open).toHaveBeenLastCalledWith(rows[2])
    await userEvent.keyboard('ka')
    expect(approve).toHaveBeenLastCalledWith(rows[1])
  })

  it('says how it is sorted and asks for the other way', async () => {
    const sort = vi.fn()
    render(<Table caption="People" columns={columns} rows={rows} rowKey={(row) => row.id} sort={{ key: 'name', direction: 'descending' }} onSort={sort} />)
    expect(screen.getByRole('columnheader').getAttribute('aria-sort')).toBe('descending')
    await userEvent.click(screen.getByRole('button', { name: 'Name' }))
    expect(sort).toHaveBeenCalledWith({ key: 'name', direction: 'ascending' })
  })
})

describe('Combobox', () => {
  it('picks by arrows and Enter', async () => {
    const pick = vi.fn()
    render(<Combobox label="To" query="a" onQuery={vi.fn()} items={['Asha', 'Arun']} itemKey={(name) => name} renderItem={(name) => name} onPick={pick} status="2 found" />)
    await userEvent.click(screen.getByRole('combobox'))
    await userEvent.keyboard('{ArrowDown}')
    expect(screen.getByRole('option', { selected: true }).textContent).toBe('Arun')
    await userEvent.keyboard('{Enter}')
    expect(pick).toHaveBeenCalledWith('Arun')
  })

  it('leaves Enter to the letters that are being composed', async () => {
    const pick = vi.fn()
    render(<Combobox label="To" query="आ" onQuery={vi.fn()} items={['आशा']} itemKey={(name) => name} renderItem={(name) => name} onPick={pick} status="1 found" />)
    fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Enter', isComposing: true })
    expect(pick).not.toHaveBeenCalled()
    await userEvent.click(screen.getByRole('combobox'))
    await userEvent.keyboard('{Enter}')
    expect(pick).toHaveBeenCalledWith('आशा')
  })

  it('clears by Escape, and then closes what it is in: Safari keeps Escape in a search field for itself', () => {
    const [close, clear] = [vi.fn(), vi.fn()]
    const box = (query: string) => (
      <dialog open onCancel={close}>
        <Combobox label="To" query={query} onQuery={clear} items={[]} itemKey={String} renderItem={String} onPick={vi.fn()} status="" />
      </dialog>
    )
    const { rerender } = render(box('a'))
    const keptFromBrowser = (): boolean => !fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Escape' })
    expect(keptFromBrowser()).toBe(true)
    expect([clear.mock.calls, close.mock.calls.length]).toEqual([[['']], 0])
    rerender(box(''))
    expect(keptFromBrowser()).toBe(true)
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('walks over the ends of groups', async () => {
    const pick = vi.fn()
    const names = ['Asha', 'Arun', 'Accounts']
    const groupOf = (name: string): string => (name === 'Accounts' ? 'Pages' : 'People')
    render(<Combobox label="To" query="a" onQuery={vi.fn()} items={names} itemKey={(name) => name} groupOf={groupOf} renderItem={(name) => name} onPick={pick} status="3 found" />)
    expect(screen.getAllByRole('group').map((group) => within(group).getAllByRole('option').length)).toEqual([2, 1])
    await userEvent.click(screen.getByRole('combobox'))
    await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{Enter}')
    expect(pick).toHaveBeenCalledWith('Accounts')
    expect(screen.getByRole('group', { name: 'Pages' }).textContent).toContain('Accounts')
  })
})

describe('ConfirmDialog', () => {
  it('hands on a reason as the one line that the bank keeps', async () => {
    const confirm = vi.fn()
    render(<ConfirmDialog open onClose={vi.fn()} onConfirm={confirm} title="Refuse?" confirmLabel="Refuse" reason="required" />)
    await userEvent.type(await screen.findByLabelText('Reason'), ' phone{Enter}{Enter}stolen ')
    await userEvent.click(screen.getByRole('button', { name: 'Refuse' }))
    expect(confirm).toHaveBeenCalledWith('phone stolen')
  })

  it('does nothing without a reason, then everything once', async () => {
    const confirm = vi.fn()
    render(<ConfirmDialog open onClose={vi.fn()} onConfirm={confirm} title="Refuse?" confirmLabel="Refuse" reason="required" />)
    await userEvent.click(await screen.findByRole('button', { name: 'Refuse' }))
    expect(confirm).not.toHaveBeenCalled()
    expect(screen.getByText('Say why, in a few words.')).toBeTruthy()
    await userEvent.type(screen.getByLabelText('Reason'), 'The photo is blurred')
    await userEvent.click(screen.getByRole('button', { name: 'Refuse' }))
    expect(confirm).toHaveBeenCalledExactlyOnceWith('The photo is blurred')
  })

  it('is left by a click beside it, not by marking words and letting go there', async () => {
    const close = vi.fn()
    render(<ConfirmDialog open onClose={close} onConfirm={vi.fn()} title="Refuse?" confirmLabel="Refuse" reason="required" />)
    const dialog = await screen.findByRole('dialog')
    fireEvent.pointerDown(screen.getByLabelText('Reason'))
    fireEvent.click(dialog) // what the browser makes of a press in one place and a release in another
    expect(close).not.toHaveBeenCalled()
    await userEvent.click(dialog)
    expect(close).toHaveBeenCalledOnce()
  })
})

describe('ListFaces', () => {
  const face = (query: { data: string[] | undefined; error: unknown; isPending: boolean; refetch: () => void }, filtered = false) => (
    <QueryClientProvider client={createQueryClient()}>
      <ListFaces query={query} items={(data) => data} empty={<p>Nobody yet</p>} filtered={{ active: filtered, onClear: vi.fn() }}>
        {(items) => <p>{items.join()}</p>}
      </ListFaces>
    </QueryClientProvider>
  )

  it('shows each of its faces when it is due', async () => {
    const refetch = vi.fn()
    const { rerender } = render(face({ data: undefined, error: null, isPending: true, refetch }))
    expect(screen.getByText('Loading')).toBeTruthy()
    rerender(face({ data: [], error: null, isPending: false, refetch }))
    expect(screen.getByText('Nobody yet')).toBeTruthy()
    rerender(face({ data: [], error: null, isPending: false, refetch }, true))
    expect(screen.getByText('Nothing matches')).toBeTruthy()
    rerender(face({ data: undefined, error: new ApiError({ detail: 'The bank rests.', status: 503, requestId: '0123456789abcdef' }), isPending: false, refetch }))
    expect(await screen.findByText('The bank rests.')).toBeTruthy()
    expect(screen.getByText('0123 4567 89ab cdef')).toBeTruthy()
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
    await waitFor(() => expect(refetch).toHaveBeenCalledOnce())
  })

  it('leaves the focus on the page when its filters are cleared, and the button with them', async () => {
    const query = { data: [], error: null, isPending: false, refetch: vi.fn() }
    const page = (filtered: boolean) => (
      <>
        <h1 tabIndex={-1} data-page-title>
          Activity
        </h1>
        {face(query, filtered)}
      </>
    )
    const { rerender } = render(page(true))
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }))
    rerender(page(false))
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Activity' }))
  })

  it('shows no reference where the error says all there is to say', async () => {
    render(face({ data: undefined, error: new ApiError({ detail: 'Not for you.', status: 403, requestId: '0123456789abcdef' }), isPending: false, refetch: vi.fn() }))
    expect(await screen.findByText('Not for you.')).toBeTruthy()
    expect(screen.queryByText('Reference')).toBeNull()
  })

  it('keeps what it has when reading it again fails', () => {
    render(face({ data: ['Asha'], error: new Error('offline'), isPending: false, refetch: vi.fn() }))
    expect(screen.getByText('Asha')).toBeTruthy()
  })
})

describe('people and places', () => {
  it.each([
    ['Meera Nair', 'MN'],
    ['asha', 'A'],
    ['Anna Maria de Souza', 'AS'],
    ['मीरा नायर', 'मीना'],
  ])('makes initials of %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })

  it('offers the back office to admins alone (S83)', () => {
    const user = { role: 'customer' } as Parameters<typeof getNavigationLinks>[0]
    expect(getNavigationLinks(null)).toEqual([])
    expect(getNavigationLinks(user).some(({ to }) => to.startsWith('/admin'))).toBe(false)
    expect(getNavigationLinks({ ...user, role: 'admin' } as typeof user).some(({ to }) => to === '/admin')).toBe(true)
  })

  it('goes nowhere but to this app after signing in', () => {
    expect(localPath('/transfer?to=7')).toBe('/transfer?to=7')
    const foreign = ['//evil.example', '/\\evil.example', '/\t/evil.example', '/\n/evil.example', 'https://evil.example', null]
    expect(new Set(foreign.map(localPath))).toEqual(new Set(['/']))
  })
})

describe('When', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    ['2026-11-23T11:57:00+05:30', '3 minutes ago'],
    ['2026-11-22T23:30:00+05:30', '11:30 pm'], // half a day ago, and yesterday
    ['2026-11-03T09:05:00+05:30', '9:05 am'],
  ])('says of %s, below the heading of its day, "%s"', (at, said) => {
    vi.spyOn(clock, 'useNow').mockReturnValue(new Date('2026-11-23T12:00:00+05:30'))
    const { container } = render(<When at={at} as="inDay" />)
    expect(container.textContent).toBe(said)
  })
})
