type ClassName = string | false | null | undefined

/** Joins class names and drops what is off. Later doesn't beat earlier: a component takes `className` for layout only. */
export function cn(...names: ClassName[]): string {
  return names.filter(Boolean).join(' ')
}
