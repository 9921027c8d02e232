import { useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { PASSWORD_LENGTH_MIN } from '@/lib/password'
import { useFieldErrors } from '@/locales/fields'
import { profileText } from '@/locales/profile'
import { authAPI } from '@/services/api'
import { useQueryClient } from '@tanstack/react-query'
import { sessionKeys } from '@/services/queries/sessions'
import { Refusal } from '../Refusal'
import { Button } from '../ui/Button'
import { PasswordInput, PasswordMeter } from '../ui/PasswordInput'
import { useFormErrors } from '../useFormErrors'

interface Form {
  current: string
  next: string
}

/** A new password for the old one. Every other device is signed out by it. */
export function PasswordForm() {
  const t = useText(profileText)
  const user = useUser()
  const client = useQueryClient()
  const { showSuccess } = useNotifications()
  const fieldErrors = useFieldErrors()
  const [refused, setRefused] = useState<ApiError>()
  const change = useForm<Form>({
    mode: 'onTouched',
    defaultValues: { current: '', next: '' },
  })
  const { register, handleSubmit, control, formState, reset } = change
  const refuse = useFormErrors(change, (error) => {
    const wrong = fieldErrors(error)
    return { next: wrong.new_password, current: wrong.current_password }
  })
  const { errors, isSubmitting } = formState
  const next = useWatch({ control, name: 'next' })

  const submit = handleSubmit(async ({ current, next: chosen }) => {
    setRefused(undefined)
    try {
      await authAPI.changePassword({ current_password: current, new_password: chosen })
      reset()
      showSuccess(t('passwordChanged'), t('passwordChangedHint'))
      await client.invalidateQueries({ queryKey: sessionKeys.all })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!refuse(error)) setRefused(error)
    }
  })

  return (
    <section aria-labelledby="password">
      <h2 id="password" className="text-title font-semibold">
        {t('password')}
      </h2>
      <p className="mb-4 text-ink-2">{t('passwordLead')}</p>
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {refused && <Refusal error={refused} />}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <PasswordInput
          label={t('currentPassword')}
          autoComplete="current-password"
          error={errors.current?.message}
          {...register('current', { required: t('currentMissing') })}
        />
        <div className="flex flex-col gap-2">
          <PasswordInput
            label={t('newPassword')}
            autoComplete="new-password"
            maxLength={128}
            error={errors.next?.message}
            {...register('next', { validate: (value) => value.length >= PASSWORD_LENGTH_MIN || t('newShort') })}
          />
          <PasswordMeter password={next} own={[user.username, user.email.split('@')[0] ?? '']} />
        </div>
        <Button type="submit" tone="primary" busy={isSubmitting} className="self-start">
          {t('changePassword')}
        </Button>
      </form>
    </section>
  )
}
