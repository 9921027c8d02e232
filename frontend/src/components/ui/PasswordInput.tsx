import { Eye, EyeOff } from 'lucide-react'
import { useState, type InputHTMLAttributes, type Ref } from 'react'
import { passwordStrength, type PasswordStrength } from '@/lib/password'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { formsText } from '@/locales/forms'
import { CONTROL, Field, type FieldProps } from './Field'

type Props = FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'type'> & { ref?: Ref<HTMLInputElement> }

/** A password that can be looked at; pasting and password managers are welcome. */
export function PasswordInput({ label, hint, error, hideLabel, className, ...rest }: Props) {
  const t = useText(formsText)
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel} className={className}>
      {(control) => (
        <div className="relative">
          <input {...rest} {...control} type={shown ? 'text' : 'password'} autoCapitalize="none" spellCheck={false} className={cn(CONTROL, 'pr-12')} />
          <button
            type="button"
            aria-pressed={shown}
            aria-label={t('showPassword')}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 flex w-12 items-center justify-center rounded-md text-ink-3 hover:text-ink-1"
          >
            <Icon aria-hidden className="size-5" />
          </button>
        </div>
      )}
    </Field>
  )
}

const STEPS: Record<PasswordStrength, number> = { empty: 0, short: 1, weak: 1, fair: 2, strong: 3 }
const COLOURS = ['bg-surface-3', 'bg-bad', 'bg-wait', 'bg-good']

/** How good the password is, in a word and in bars. Announced when the word changes. */
export function PasswordMeter({ password, own }: { password: string; own: readonly string[] }) {
  const t = useText(formsText)
  const strength = passwordStrength(password, own)
  const words: Record<PasswordStrength, string> = {
    empty: t('passwordEmpty'),
    short: t('passwordShort'),
    weak: t('passwordWeak'),
    fair: t('passwordFair'),
    strong: t('passwordStrong'),
  }
  const filled = STEPS[strength]
  return (
    <div className="flex flex-col gap-1.5">
      <div aria-hidden className="grid grid-cols-3 gap-1">
        {[1, 2, 3].map((step) => (
          <span key={step} data-fill className={cn('h-1 rounded-full', step <= filled ? COLOURS[filled] : COLOURS[0])} />
        ))}
      </div>
      <p role="status" className="text-small text-ink-2">
        {words[strength]}
      </p>
    </div>
  )
}
