/** Facts as they travel: names and values, in the order they came. Scrolls in itself, also by keyboard. */
export function Payload({ label, value }: { label: string; value: unknown }) {
  return (
    // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre role="region" aria-label={label} tabIndex={0} className="max-h-80 overflow-auto rounded-md bg-surface-2 p-3 text-micro leading-5 whitespace-pre-wrap break-words">
      {JSON.stringify(value, null, 2)}
    </pre>
  )
}
