import { Check } from 'lucide-react'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { formsText } from '@/locales/forms'

/** Where one is in a task of a few steps. */
export function Stepper({ steps, current }: { steps: readonly string[]; current: number }) {
  const t = useText(formsText)
  return (
    <div>
      <p className="sr-only">{t('stepOf', { step: current + 1, count: steps.length, name: steps[current] ?? '' })}</p>
      <ol aria-hidden className="flex gap-2">
        {steps.map((name, index) => (
          <li key={name} className="flex min-w-0 grow flex-col gap-1.5">
            <span data-fill className={cn('h-1 rounded-full', index <= current ? 'bg-fjord' : 'bg-surface-3')} />
            <span className={cn('flex items-center gap-1 truncate text-micro font-medium', index === current ? 'text-ink-1' : 'text-ink-3')}>
              {index < current && <Check className="size-3" />}
              {name}
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}
