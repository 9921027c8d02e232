import { useId, useState } from 'react'
import { useForm } from 'react-hook-form'
import { useAuth, useUser } from '@/contexts/AuthContext'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { EMAIL } from '@/lib/email'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { commonText } from '@/locales/common'
import { useFieldErrors } from '@/locales/fields'
import { profileText } from '@/locales/profile'
import { authAPI } from '@/services/api'
import { Refusal } from '../Refusal'
import { Button } from '../ui/Button'
import { Dialog } from '../ui/Dialog'
import { TextInput } from '../ui/Field'
import { PasswordInput } from '../ui/PasswordInput'
import { useFormErrors } from '../useFormErrors'

interface Form {
  email: string
  password: string
}

/** A new e-mail address, which one signs in with: so it takes the password. */
export function EmailDialog({ onClose }: { onClose: () => void }) {
  const t = useText(profileText)
  const common = useText(commonText)
  const fieldErrors = useFieldErrors()
  const formId = useId()
  const user = useUser()
  const { refresh } = useAuth()
  const { showSuccess } = useNotifications()
  const [refused, setRefused] = useState<ApiError>()
  const change = useForm<Form>({ mode: 'onTouched', defaultValues: { email: '', password: '' } })
  const { register, handleSubmit, formState } = change
  const refuse = useFormErrors(change, (error) => {
    const wrong = fieldErrors(error)
    return { email: wrong.email, password: wrong.current_password }
  })
  const { errors, isSubmitting } = formState

  const submit = handleSubmit(async ({ email, password }) => {
    setRefused(undefined)
    try {
      const changed = await authAPI.changeEmail({ email: email.trim(), current_password: password })
      await refresh()
      showSuccess(t('emailChanged'), t('emailChangedHint', { email: changed.email }))
      onClose()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!refuse(error)) setRefused(error)
    }
  })

  return (
    <Dialog
      open
      onClose={onClose}
      title={t('emailTitle')}
      description={t('emailHint', { email: user.email })}
      actions={
        <>
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" form={formId} tone="primary" busy={isSubmitting}>
            {t('emailChange')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {refused && <Refusal error={refused} />}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <TextInput
          type="email"
          data-focus-first=""
          label={t('emailNew')}
          autoComplete="email"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.email?.message}
          {...register('email', { validate: (value) => EMAIL.test(value.trim()) || t('emailWrong') })}
        />
        <PasswordInput
          label={t('currentPassword')}
          autoComplete="current-password"
          error={errors.password?.message}
          {...register('password', { required: t('currentMissing') })}
        />
      </form>
    </Dialog>
  )
}
