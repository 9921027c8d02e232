import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { Link } from 'react-router'
import { useNotifications } from '@/contexts/NotificationApiContext'
import type { Toast } from '@/contexts/useToasts'
import { useText } from '@/lib/i18n'
import { cn } from '@/lib/utils'
import { commonText } from '@/locales/common'
import { IconButton } from './ui/Button'

const LOOKS = {
  good: { icon: CircleCheck, ink: 'text-good' },
  bad: { icon: CircleAlert, ink: 'text-bad' },
  calm: { icon: Info, ink: 'text-calm' },
}

/** Short news at the edge of the screen. The region is always there, so that screen readers notice what comes into it. */
export function Toasts() {
  const { toasts, dismissToast } = useNotifications()
  return (
    <div
      role="status"
      aria-live="polite"
      aria-relevant="additions"
      className="pointer-events-none fixed inset-x-4 top-4 z-50 flex flex-col items-center gap-2 lg:inset-x-auto lg:right-6 lg:items-end"
    >
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} onDismiss={() => dismissToast(toast.id)} />
      ))}
    </div>
  )
}

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const t = useText(commonText)
  const { icon: Icon, ink } = LOOKS[toast.tone]
  return (
    <div className="pointer-events-auto flex w-full max-w-96 items-start gap-3 rounded-md border border-line-1 bg-surface-1 py-2 pr-1 pl-4 shadow-float animate-rise">
      <Icon aria-hidden className={cn('mt-2.5 size-5 shrink-0', ink)} />
      <div className="min-w-0 grow py-2">
        <p className="font-semibold">{toast.to ? <Link to={toast.to} onClick={onDismiss} className="hover:underline">{toast.title}</Link> : toast.title}</p>
        {toast.message && <p className="text-small text-ink-2">{toast.message}</p>}
      </div>
      <IconButton icon={X} label={t('dismiss')} onClick={onDismiss} className="shrink-0" />
    </div>
  )
}
