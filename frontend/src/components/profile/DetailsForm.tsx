import { PencilLine } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useForm } from 'react-hook-form'
import { useAuth, useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { useFieldErrors } from '@/locales/fields'
import { profileText } from '@/locales/profile'
import { authAPI } from '@/services/api'
import { Refusal } from '../Refusal'
import { Button } from '../ui/Button'
import { TextArea, TextInput } from '../ui/Field'
import { useFormErrors } from '../useFormErrors'
import { EmailDialog } from './EmailDialog'

interface Form {
  full_name: string
  phone: string
  address: string
}

const PHONE = /^(\+?[0-9][0-9 -]{5,18})?$/

/** Phone, address, and the name until the bank has checked it; the e-mail address takes the password, the username stays. */
export function DetailsForm() {
  const t = useText(profileText)
  const fieldErrors = useFieldErrors()
  const user = useUser()
  const { refresh } = useAuth()
  const { showSuccess } = useNotifications()
  const [refused, setRefused] = useState<ApiError>()
  const [changingEmail, setChangingEmail] = useState(false)
  const details = useForm<Form>({
    mode: 'onTouched',
    defaultValues: { full_name: user.full_name, phone: user.phone, address: user.address },
  })
  const { register, handleSubmit, formState, reset } = details
  const refuse = useFormErrors(details, (error) => {
    const { full_name, phone, address } = fieldErrors(error)
    return { full_name, phone, address }
  })
  const { errors, isSubmitting } = formState

  const submit = handleSubmit(async (form) => {
    setRefused(undefined)
    try {
      const name = user.kyc_approved ? {} : { full_name: form.full_name.trim() }
      await authAPI.updateProfile({ ...name, phone: form.phone.trim(), address: form.address.trim() })
      reset(form)
      await refresh()
      showSuccess(t('saved'))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!refuse(error)) setRefused(error)
    }
  })

  return (
    <section aria-labelledby="details">
      <h2 id="details" className="mb-4 text-title font-semibold">
        {t('details')}
      </h2>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {refused && <Refusal error={refused} title={t('notSaved')} />}
        {!user.kyc_approved && (
          <TextInput
            label={t('fullName')}
            hint={t('fullNameHint')}
            autoComplete="name"
            maxLength={60}
            error={errors.full_name?.message}
            {...register('full_name', { validate: (value) => value.trim() !== '' || t('fullNameMissing'), shouldUnregister: true })}
          />
        )}
        <TextInput
          type="tel"
          label={t('phone')}
          autoComplete="tel"
          maxLength={20}
          error={errors.phone?.message}
          {...register('phone', { validate: (value) => PHONE.test(value.trim()) || t('phoneWrong') })}
        />
        <TextArea label={t('address')} autoComplete="street-address" maxLength={300} error={errors.address?.message} {...register('address')} />
        <div className="flex flex-col gap-4 rounded-md bg-surface-2 px-4 py-3">
          <dl className="grid gap-4 sm:grid-cols-2">
            {user.kyc_approved && <Fixed name={t('fullName')} value={user.full_name} />}
            <Fixed name={t('username')} value={user.username} />
            <Fixed name={t('email')} value={user.email}>
              <Button size="small" tone="quiet" icon={PencilLine} onClick={() => setChangingEmail(true)} className="-ml-3">
                {t('emailChange')}
              </Button>
            </Fixed>
          </dl>
          {user.kyc_approved && <p className="text-small text-ink-2">{t('fullNameChecked')}</p>}
          <p className="text-small text-ink-2">{t('fixed')}</p>
        </div>
        <Button type="submit" tone="primary" busy={isSubmitting} className="self-start">
          {t('save')}
        </Button>
      </form>
      {changingEmail && <EmailDialog onClose={() => setChangingEmail(false)} />}
    </section>
  )
}

function Fixed({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-small text-ink-2">{name}</dt>
      <dd className="font-medium break-words">{value}</dd>
      {children && <dd>{children}</dd>}
    </div>
  )
}
