import { defaultRangeExtractor, useWindowVirtualizer, type Range } from '@tanstack/react-virtual'
import { memo, useCallback, useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { flushSync } from 'react-dom'
import { cn } from '@/lib/utils'

export interface Group<Item> {
  key: string
  heading: ReactNode
  items: readonly Item[]
}

interface Props<Item> {
  /** What the list holds, for screen readers. */
  label: string
  groups: readonly Group<Item>[]
  /** What tells an item from the others. Give it and `draw` as one function for good: a new one makes the whole list anew. */
  itemKey: (item: Item) => string | number
  /** A row. It is drawn again only for another item. */
  draw: (item: Item) => ReactNode
  /** About how high a row is, in pixels; the real height is measured. */
  rowHeight?: number
  /** Called when the end comes near: fetch more. */
  onNearEnd?: () => void
}

type Line<Item> = { key: string; heading: ReactNode } | { key: string | number; item: Item; position: number }

const HEADING_HEIGHT = 36
/** Rows kept above and below what is seen, so that fast scrolling and the keyboard meet no gap. */
const OVERSCAN = 10
const NEAR_END = 20

/** A list of any length under headings that stay on top while their group passes: only the rows in sight exist, or all in print. */
export function VirtualRows<Item>({ label, groups, itemKey, draw, rowHeight = 64, onNearEnd }: Props<Item>) {
  const list = useRef<HTMLOListElement>(null)
  const [top, setTop] = useState(0)
  const { lines, headings, count } = useMemo(() => flatten(groups, itemKey), [groups, itemKey])

  // Where the list begins moves with what stands above it (a summary that was still being read).
  useLayoutEffect(() => {
    const element = list.current
    if (element === null) return
    const measure = (): void => setTop(Math.round(element.getBoundingClientRect().top + window.scrollY))
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [])

  const rangeExtractor = useCallback(
    (range: Range) => {
      return [...new Set([headingOf(headings, range.startIndex), ...defaultRangeExtractor(range)])].sort((a, b) => a - b)
    },
    [headings],
  )

  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (isItem(lines[index]) ? rowHeight : HEADING_HEIGHT),
    getItemKey: useCallback((index: number) => lines[index]?.key ?? index, [lines]), // a new one means measuring all of it anew
    overscan: OVERSCAN,
    scrollMargin: top,
    rangeExtractor,
    anchorTo: window.scrollY > top ? 'end' : 'start', // a row that comes above what somebody looks at moves nothing
    // Before the window is measured: so its first rows come with the list, and not all at once in the effect that measures.
    initialRect: { width: window.innerWidth, height: window.innerHeight / 2 },
  })
  // The first rows are drawn in slices that give way to a touch or a key; their place is kept, so that nothing moves.
  const isDrawn = useDeferredValue(true, false)
  const shown = isDrawn ? virtualizer.getVirtualItems() : []
  const isPrinting = usePrinting()
  const last = shown.at(-1)?.index ?? 0
  const current = headingOf(headings, virtualizer.range?.startIndex ?? 0)

  useEffect(() => {
    if (last >= lines.length - NEAR_END) onNearEnd?.()
  }, [last, lines.length, onNearEnd])

  if (isPrinting) {
    return (
      <ol ref={list} aria-label={label}>
        {lines.map((line) => (
          <li key={line.key} className="break-inside-avoid">
            {isItem(line) ? <Row item={line.item} draw={draw} /> : line.heading}
          </li>
        ))}
      </ol>
    )
  }
  return (
    <ol ref={list} aria-label={label} className="relative" style={{ height: virtualizer.getTotalSize() }}>
      {shown.map(({ index, start, key }) => {
        const line = lines[index]
        if (line === undefined) return null
        const stuck = !isItem(line) && index === current
        return (
          <li
            key={key}
            data-index={index}
            ref={virtualizer.measureElement}
            {...(isItem(line) ? { 'aria-setsize': count, 'aria-posinset': line.position } : {})}
            className={cn(stuck ? 'sticky top-16 z-10' : 'absolute inset-x-0 top-0')}
            style={stuck ? undefined : { transform: `translateY(${start - virtualizer.options.scrollMargin}px)` }}
          >
            {isItem(line) ? <Row item={line.item} draw={draw} /> : line.heading}
          </li>
        )
      })}
    </ol>
  )
}

/** Whether the page is being printed: on paper nothing is in sight or out of it, so all rows are there before it is taken. */
function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    const before = (): void => flushSync(() => setPrinting(true))
    const after = (): void => setPrinting(false)
    window.addEventListener('beforeprint', before)
    window.addEventListener('afterprint', after)
    return () => {
      window.removeEventListener('beforeprint', before)
      window.removeEventListener('afterprint', after)
    }
  }, [])
  return isPrinting
}

/** What stands in a line. The list draws itself again whenever it is scrolled or measured; its rows stay as they are. */
const Row = memo(function Row<Item>({ item, draw }: { item: Item; draw: (item: Item) => ReactNode }) {
  return draw(item)
}) as <Item>(props: { item: Item; draw: (item: Item) => ReactNode }) => ReactNode

/** The heading above a line: the one that stays on top while that line is the first in sight. */
function headingOf(headings: readonly number[], line: number): number {
  return headings.findLast((index) => index <= line) ?? 0
}

function isItem<Item>(line: Line<Item> | undefined): line is Extract<Line<Item>, { item: Item }> {
  return line !== undefined && 'item' in line
}

function flatten<Item>(groups: readonly Group<Item>[], itemKey: (item: Item) => string | number) {
  const lines: Line<Item>[] = []
  const headings: number[] = []
  let count = 0
  for (const group of groups) {
    headings.push(lines.length)
    lines.push({ key: `heading-${group.key}`, heading: group.heading })
    for (const item of group.items) {
      count += 1
      lines.push({ key: itemKey(item), item, position: count })
    }
  }
  return { lines, headings, count }
}
