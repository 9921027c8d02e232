/** The mark: a low sun over two calm waves. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden className={className}>
      <rect width="64" height="64" rx="16" className="fill-deep" />
      <circle cx="44" cy="20" r="6" className="fill-saffron" />
      <path d="M12 34c7-8 13-8 20 0s13 8 20 0" fill="none" className="stroke-on-deep" strokeWidth="5" strokeLinecap="round" />
      <path d="M12 47c7-8 13-8 20 0s13 8 20 0" fill="none" className="stroke-on-deep opacity-55" strokeWidth="5" strokeLinecap="round" />
    </svg>
  )
}
