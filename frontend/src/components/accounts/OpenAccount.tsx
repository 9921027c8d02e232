import { useState } from 'react'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { useText } from '@/lib/i18n'
import { accountsText } from '@/locales/accounts'
import { useCreateAccount } from '@/services/queries/accounts'
import { Refusal } from '../Refusal'
import { Button } from '../ui/Button'
import { RadioCards } from '../ui/Choice'
import { Dialog } from '../ui/Dialog'

type Kind = 'savings' | 'current'

/** Asks for a new account; the bank decides. */
export function OpenAccount({ onClose }: { onClose: () => void }) {
  const t = useText(accountsText)
  const { showSuccess } = useNotifications()
  const create = useCreateAccount()
  const [kind, setKind] = useState<Kind>('savings')
  const ask = (): void =>
    create.mutate(kind, {
      onSuccess: () => {
        showSuccess(t('asked'), t('askedHint'))
        onClose()
      },
    })
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('openTitle')}
      description={t('openHint')}
      actions={
        <Button tone="primary" busy={create.isPending} onClick={ask}>
          {t('ask')}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <RadioCards<Kind>
          legend={t('openTitle')}
          hideLegend
          name="kind"
          value={kind}
          onChange={setKind}
          options={[
            { value: 'savings', title: t('savings'), detail: t('savingsHint') },
            { value: 'current', title: t('current'), detail: t('currentHint') },
          ]}
        />
        {create.error && <Refusal error={create.error} />}
      </div>
    </Dialog>
  )
}
