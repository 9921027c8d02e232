import { moneyParts, formatMoney } from '@/lib/money'
import { cn } from '@/lib/utils'
import { useText } from '@/lib/i18n'
import { commonText } from '@/locales/common'

interface Props {
  /** Paise. */
  minor: number
  /** `in`: a plus and green; `out`: a minus. Without it only a negative amount has a sign. */
  direction?: 'in' | 'out' | 'own'
  /** The large, light one of a balance; its paise are smaller. */
  size?: 'text' | 'figure' | 'balance'
  /** Shown as dots, and not told to anyone. */
  hidden?: boolean
  /** Not settled: it shows where it goes, and nobody is told that it was received or sent. */
  open?: boolean
  /** Crossed out: money that did not move. */
  void?: boolean
  className?: string
}

const SIZES = { text: '', figure: 'text-figure font-light', balance: 'text-balance font-light tracking-tight' }

/** An amount of money: tabular figures, Indian grouping, a sign that never stands by colour alone. */
export function Money({ minor, direction, size = 'text', hidden = false, void: voided = false, open = voided, className }: Props) {
  const t = useText(commonText)
  const { sign, symbol, whole, fraction } = moneyParts(direction ? Math.abs(minor) : minor)
  const shownSign = direction === 'in' ? '+' : direction === 'out' ? '−' : sign
  const looks = cn('tabular whitespace-nowrap', SIZES[size], direction === 'in' && !open && 'text-good', voided && 'text-ink-3 line-through', className)
  if (hidden) {
    return (
      <span className={looks}>
        <span aria-hidden>{symbol} ••••••</span>
        <span className="sr-only">{t('amountHidden')}</span>
      </span>
    )
  }
  const told = !open && (direction === 'in' ? 'moneyIn' : direction === 'out' && 'moneyOut')
  const spoken = told ? t(told, { amount: formatMoney(minor) }) : `${shownSign}${symbol}${whole}.${fraction}`
  return (
    <span className={looks}>
      <span aria-hidden>
        {shownSign}
        {symbol}
        {whole}
        <span className={size === 'text' ? 'text-[0.86em]' : 'text-[0.55em]'}>.{fraction}</span>
      </span>
      <span className="sr-only">{spoken}</span>
    </span>
  )
}
