import { useText } from '@/lib/i18n'
import { adminActsText } from '@/locales/adminActs'
import { operationsAPI } from '@/services/api'
import type { DeadLetter } from '@/services/types'
import { ActDialog, type ActProps } from './ActDialog'

/** Put an event that could not be handled back into its queue. */
export function ReplayDialog({ letter, ...rest }: ActProps & { letter: DeadLetter }) {
  const t = useText(adminActsText)
  return (
    <ActDialog
      {...rest}
      title={t('replayTitle')}
      description={letter.topic}
      confirmLabel={t('replay')}
      writes={[t('writesReplay', { queue: letter.queue })]}
      act={() => operationsAPI.replayDeadLetter(letter.id)}
      said={() => t('replayed', { queue: letter.queue })}
    />
  )
}

/** Close an event that could not be handled, for good. */
export function GiveUpDialog({ letter, ...rest }: ActProps & { letter: DeadLetter }) {
  const t = useText(adminActsText)
  return (
    <ActDialog
      {...rest}
      title={t('giveUpTitle')}
      description={letter.topic}
      confirmLabel={t('giveUp')}
      danger
      reason="required"
      writes={[t(isRequest(letter) ? 'writesGiveUpRequest' : 'writesGiveUp')]}
      act={(reason) => operationsAPI.giveUpDeadLetter(letter.id, reason)}
      said={() => t('gaveUp')}
    />
  )
}

/** Whether a customer waits for it: the bank fails what it was to settle. A foreign program's message (no id) only claims to be one. */
function isRequest({ queue, event_id: eventId }: DeadLetter): boolean {
  return eventId !== null && queue.startsWith('banking.transactions')
}
