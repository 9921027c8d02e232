import { useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import { Link, useLocation } from 'react-router'
import { AuthLayout } from '@/components/auth/AuthLayout'
import { Refusal } from '@/components/Refusal'
import { Button } from '@/components/ui/Button'
import { TextInput } from '@/components/ui/Field'
import { PasswordInput, PasswordMeter } from '@/components/ui/PasswordInput'
import { useFormErrors } from '@/components/useFormErrors'
import { useAuth } from '@/contexts/AuthContext'
import { EMAIL } from '@/lib/email'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { PASSWORD_LENGTH_MIN } from '@/lib/password'
import { paths } from '@/lib/paths'
import { useDebounced } from '@/lib/useDebounced'
import { authText } from '@/locales/auth'
import { useFieldErrors } from '@/locales/fields'
import { cn } from '@/lib/utils'
import { authAPI } from '@/services/api'
import { useUsernameFree } from '@/services/queries/people'

const FIELDS = ['full_name', 'username', 'email', 'password'] as const
type Form = Record<(typeof FIELDS)[number], string>

const PAUSE_MS = 400
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$/

/** Becoming a customer. Whoever registers is signed in at once; the bank confirms the identity later. */
export default function SignUpPage() {
  const t = useText(authText)
  const { accept } = useAuth()
  const { search } = useLocation()
  const signUp = useForm<Form>({
    mode: 'onTouched',
    defaultValues: { full_name: '', username: '', email: '', password: '' },
  })
  const { register, handleSubmit, control, formState } = signUp
  const { errors, isSubmitting } = formState
  const [password, username, email] = useWatch({ control, name: ['password', 'username', 'email'] })

  const fieldErrors = useFieldErrors()
  const [refused, setRefused] = useState<ApiError>()

  const refuse = useFormErrors(signUp, (error) => {
    const said = fieldErrors(error)
    return Object.fromEntries(FIELDS.map((name) => [name, said[name]]))
  })

  const submit = handleSubmit(async (form) => {
    setRefused(undefined)
    try {
      accept(await authAPI.register({ ...form, username: form.username.trim(), email: form.email.trim(), full_name: form.full_name.trim() }))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!refuse(error)) setRefused(error)
    }
  })

  const typed = username.trim()
  const paused = useDebounced(typed, PAUSE_MS)
  const free = useUsernameFree(paused === typed && USERNAME.test(typed) ? typed : null)

  return (
    <AuthLayout
      title={t('signUp')}
      lead={t('signUpLead')}
      foot={
        <>
          {t('haveAccount')}{' '}
          <Link to={paths.signIn + search} className="font-semibold text-fjord underline underline-offset-4">
            {t('signIn')}
          </Link>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {refused && <Refusal error={refused} />}
        <TextInput
          label={t('fullName')}
          hint={t('fullNameHint')}
          autoComplete="name"
          maxLength={60}
          error={errors.full_name?.message}
          {...register('full_name', { validate: (value) => value.trim() !== '' || t('fullNameMissing') })}
        />
        <TextInput
          label={t('username')}
          hint={t('usernameHint')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={32}
          error={errors.username?.message}
          {...register('username', { validate: (value) => USERNAME.test(value.trim()) || t('usernameWrong') })}
        />
        <p role="status" className={cn('-mt-3 text-small empty:hidden', free.data ? 'text-good' : 'font-medium text-bad')}>
          {free.data === undefined || errors.username ? '' : free.data ? t('usernameFree') : t('usernameTaken')}
        </p>
        <TextInput
          type="email"
          label={t('email')}
          autoComplete="email"
          error={errors.email?.message}
          {...register('email', { validate: (value) => EMAIL.test(value.trim()) || t('emailWrong') })}
        />
        <div className="flex flex-col gap-2">
          <PasswordInput
            label={t('password')}
            autoComplete="new-password"
            maxLength={128}
            error={errors.password?.message}
            {...register('password', { validate: (value) => value.length >= PASSWORD_LENGTH_MIN || t('passwordShort') })}
          />
          <PasswordMeter password={password} own={[username, email.split('@')[0] ?? '']} />
        </div>
        <Button type="submit" tone="primary" size="large" wide busy={isSubmitting}>
          {t('create')}
        </Button>
      </form>
    </AuthLayout>
  )
}
