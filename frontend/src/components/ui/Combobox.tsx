import { Search } from 'lucide-react'
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from 'react'
import { cn } from '@/lib/utils'
import { CONTROL, Field, type FieldProps } from './Field'

type Props<Item> = FieldProps & {
  query: string
  onQuery: (query: string) => void
  items: readonly Item[]
  itemKey: (item: Item) => string | number
  renderItem: (item: Item) => ReactNode
  /** The heading an item stands under; items of one group come one after the other. Without it there are no headings. */
  groupOf?: (item: Item) => string
  onPick: (item: Item) => void
  /** Said below the field and announced: "3 people", "Nobody found". */
  status: string
  placeholder?: string
  /** Takes the focus when the dialog it is in opens. */
  focusAtOnce?: boolean
}

/** A search field with a list of what was found: arrows move, Enter picks, Escape clears or closes. The list stays in the page. */
export function Combobox<Item>(props: Props<Item>) {
  const { label, hint, error, hideLabel, className, query, onQuery, items, itemKey, renderItem, groupOf, onPick, status } = props
  const listId = useId()
  const [active, setActive] = useState(0)
  const current = Math.min(active, items.length - 1)
  const currentId = items.length > 0 ? `${listId}-${current}` : undefined

  useEffect(() => {
    if (active > 0 && currentId !== undefined) document.getElementById(currentId)?.scrollIntoView({ block: 'nearest' })
  }, [active, currentId])

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return // the keys belong to the letters that are being composed, as in Hindi
    const item = items[current]
    const dialog = event.currentTarget.closest('dialog')
    if (event.key === 'ArrowDown') setActive(Math.min(current + 1, items.length - 1))
    else if (event.key === 'ArrowUp') setActive(Math.max(current - 1, 0))
    else if (event.key === 'Enter' && item !== undefined) onPick(item)
    else if (event.key === 'Escape' && query !== '') onQuery('')
    // Safari keeps Escape in a search field for itself, and what the field is in would stay open.
    else if (event.key === 'Escape' && dialog !== null) dialog.dispatchEvent(new Event('cancel', { cancelable: true }))
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => (
        <>
          <div className="relative">
            <Search aria-hidden className="pointer-events-none absolute inset-y-0 left-3.5 my-auto size-4.5 text-ink-3" />
            <input
              {...control}
              type="search"
              role="combobox"
              aria-expanded={items.length > 0}
              aria-controls={listId}
              aria-autocomplete="list"
              aria-activedescendant={currentId}
              autoComplete="off"
              data-focus-first={props.focusAtOnce ? '' : undefined}
              spellCheck={false}
              placeholder={props.placeholder}
              value={query}
              onChange={(event) => {
                setActive(0)
                onQuery(event.target.value)
              }}
              onKeyDown={onKeyDown}
              className={cn(CONTROL, 'pl-10 [&::-webkit-search-cancel-button]:grayscale')}
            />
          </div>
          <p role="status" className={status === '' ? 'sr-only' : 'text-small text-ink-3'}>
            {status}
          </p>
          <div id={listId} role="listbox" aria-label={label} className="flex flex-col">
            {grouped(items, groupOf).map(({ name, from, members }) => (
              <Group key={name} name={name} id={`${listId}-of-${from}`}>
                {members.map((item, place) => (
                  // The field keeps the focus and moves through the list by key; a pointer picks directly.
                  // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                  <div
                    key={itemKey(item)}
                    id={`${listId}-${from + place}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={from + place === current}
                    onClick={() => onPick(item)}
                    onPointerMove={() => setActive(from + place)}
                    className={cn('cursor-pointer rounded-md px-3 py-2.5', from + place === current && 'bg-surface-2')}
                  >
                    {renderItem(item)}
                  </div>
                ))}
              </Group>
            ))}
          </div>
        </>
      )}
    </Field>
  )
}

function Group({ name, id, children }: { name: string; id: string; children: ReactNode }) {
  if (name === '') return children
  return (
    <div role="group" aria-labelledby={id} className="flex flex-col">
      <p id={id} role="presentation" className="px-3 pt-3 pb-1 text-micro font-semibold text-ink-2">
        {name}
      </p>
      {children}
    </div>
  )
}

interface Grouped<Item> {
  name: string
  /** The place of its first member among all items. */
  from: number
  members: Item[]
}

function grouped<Item>(items: readonly Item[], groupOf: (item: Item) => string = () => ''): Grouped<Item>[] {
  const groups: Grouped<Item>[] = []
  items.forEach((item, index) => {
    const name = groupOf(item)
    const last = groups.at(-1)
    if (last?.name === name) last.members.push(item)
    else groups.push({ name, from: index, members: [item] })
  })
  return groups
}
