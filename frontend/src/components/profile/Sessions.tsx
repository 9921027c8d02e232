import { Monitor, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { deviceOf } from '@/lib/device'
import { useText } from '@/lib/i18n'
import { profileText } from '@/locales/profile'
import { useEndSession, useSessions } from '@/services/queries/sessions'
import type { Session } from '@/services/types'
import ErrorDetail from '../ErrorDetail'
import { ListFaces, SkeletonRows } from '../ListFaces'
import { Badge } from '../ui/Badge'
import { Button } from '../ui/Button'
import { ConfirmDialog } from '../ui/ConfirmDialog'
import { When } from '../When'

/** Every device that is signed in, and a way to sign it out. */
export function Sessions() {
  const t = useText(profileText)
  const query = useSessions()
  const { showSuccess } = useNotifications()
  const end = useEndSession()
  const nameOf = useDeviceName()
  const [ending, setEnding] = useState<Session>()
  const ask = (session: Session): void => {
    end.reset() // what went wrong with another one
    setEnding(session)
  }
  const confirm = async (): Promise<void> => {
    if (ending === undefined) return
    await end.mutateAsync(ending.id).then(
      () => {
        setEnding(undefined)
        showSuccess(t('ended'))
      },
      () => undefined, // said in the dialog
    )
  }
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions" className="text-title font-semibold">
        {t('sessions')}
      </h2>
      <p className="mb-4 text-ink-2">{t('sessionsHint')}</p>
      <div className="card">
        <ListFaces query={query} items={(sessions) => sessions} skeleton={<SkeletonRows rows={2} />} empty={null}>
          {(sessions) => (
            <ul className="divide-y divide-line-1">
              {sessions.map((session) => (
                <SessionRow key={session.id} session={session} name={nameOf(session)} onEnd={() => ask(session)} />
              ))}
            </ul>
          )}
        </ListFaces>
      </div>
      {ending && (
        <ConfirmDialog
          open
          danger
          onClose={() => setEnding(undefined)}
          onConfirm={confirm}
          title={t('endTitle', { device: nameOf(ending) })}
          description={t('endHint')}
          confirmLabel={t('end')}
          error={end.error && <ErrorDetail error={end.error} />}
        />
      )}
    </section>
  )
}

function SessionRow({ session, name, onEnd }: { session: Session; name: string; onEnd: () => void }) {
  const t = useText(profileText)
  const Icon = /Android|iPhone|iPad/.test(session.user_agent) ? Smartphone : Monitor
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-ink-2" />
      <span className="min-w-0 grow basis-48">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {session.current && <Badge tone="good">{t('thisDevice')}</Badge>}
        </span>
        <span className="block text-small text-ink-3">
          {t('lastUsed')} <When at={session.last_used_at} as="relative" /> · {session.ip}
        </span>
      </span>
      {!session.current && (
        <Button size="small" onClick={onEnd} aria-label={t('endOf', { device: name })}>
          {t('end')}
        </Button>
      )}
    </li>
  )
}

function useDeviceName(): (session: Session) => string {
  const t = useText(profileText)
  return ({ user_agent: userAgent }) => {
    const { browser, system } = deviceOf(userAgent)
    if (browser !== '' && system !== '') return t('deviceOn', { browser, system })
    return browser || system || t('unknownDevice')
  }
}
