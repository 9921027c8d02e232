import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'

const HUES = ['bg-person-1', 'bg-person-2', 'bg-person-3', 'bg-person-4', 'bg-person-5', 'bg-person-6']
const SIZES = { small: 'size-8 text-micro', medium: 'size-10 text-small', large: 'size-14 text-title' }

type Size = keyof typeof SIZES

/** The first letters of the first and the last word: "Meera Nair" is MN. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : '']
  const letter = (word: string): string => [...new Intl.Segmenter().segment(word)][0]?.segment ?? ''
  return (letter(first) + letter(last)).toLocaleUpperCase()
}

/** The same person has the same hue everywhere. */
function hueOf(id: number | string): string {
  const text = String(id)
  let sum = 0
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 9973
  return HUES[sum % HUES.length] ?? ''
}

/** A face made of initials; decoration beside a name, so nothing reads it out. */
export function Avatar({ id, name, size = 'medium' }: { id: number | string; name: string; size?: Size }) {
  return (
    <span
      aria-hidden
      data-fill
      className={cn('inline-flex shrink-0 items-center justify-center rounded-full font-semibold text-person-ink', SIZES[size], hueOf(id))}
    >
      {initialsOf(name)}
    </span>
  )
}

interface Props {
  id: number | string
  name: string
  /** What stands below the name: a username, a masked account. */
  detail?: ReactNode
  size?: Size
}

/** A person: face, name, and what tells two of the same name apart. A long name is cut, never wrapped over a row. */
export function Person({ id, name, detail, size }: Props) {
  return (
    <span className="flex min-w-0 items-center gap-3">
      <Avatar id={id} name={name} size={size} />
      <span className="min-w-0">
        <span className="block truncate font-medium" title={name}>
          {name}
        </span>
        {detail && <span className="block truncate text-small text-ink-3">{detail}</span>}
      </span>
    </span>
  )
}
