import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { Dialog } from '../ui/Dialog'

export interface ShortcutHelp {
  /** As they stand on the keyboard; several for the same act. */
  keys: readonly string[]
  does: string
}

/** What the keys of this page do: opened by "?". */
export function ShortcutsDialog({ open, onClose, more }: { open: boolean; onClose: () => void; more: readonly ShortcutHelp[] }) {
  const t = useText(adminText)
  const everywhere: ShortcutHelp[] = [
    { keys: ['j', 'k'], does: t('keyWalk') },
    { keys: ['Enter'], does: t('keyOpen') },
    ...more,
    { keys: ['/'], does: t('keySearch') },
    { keys: ['Ctrl', 'Enter'], does: t('keyConfirm') },
    { keys: ['Esc'], does: t('keyClose') },
    { keys: ['Ctrl', 'K'], does: t('keyGo') },
    { keys: ['?'], does: t('keyHelp') },
  ]
  return (
    <Dialog open={open} onClose={onClose} title={t('keys')}>
      <dl className="flex flex-col">
        {everywhere.map(({ keys, does }) => (
          <div key={does} className="flex items-center justify-between gap-4 border-t border-line-1 py-2 first:border-t-0">
            <dt>{does}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

/** A key of the keyboard. */
export function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-flex min-w-6 items-center justify-center rounded-sm border border-line-2 bg-surface-2 px-1.5 font-sans text-micro leading-5 font-semibold text-ink-2">
      {children}
    </kbd>
  )
}
