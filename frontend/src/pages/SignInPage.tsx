import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { Link, useLocation } from 'react-router'
import { AuthLayout } from '@/components/auth/AuthLayout'
import { Refusal } from '@/components/Refusal'
import { Button } from '@/components/ui/Button'
import { TextInput } from '@/components/ui/Field'
import { PasswordInput } from '@/components/ui/PasswordInput'
import { useFormErrors } from '@/components/useFormErrors'
import { useAuth } from '@/contexts/AuthContext'
import { ApiError } from '@/lib/errors'
import { useText } from '@/lib/i18n'
import { paths } from '@/lib/paths'
import { authText } from '@/locales/auth'

interface Form {
  identifier: string
  password: string
}

/** Signing in; the guard takes the person on to where they wanted to go. */
export default function SignInPage() {
  const t = useText(authText)
  const { login } = useAuth()
  const { search } = useLocation()
  const form = useForm<Form>({ defaultValues: { identifier: '', password: '' } })
  const { register, handleSubmit, setFocus, formState } = form
  useFormErrors(form)
  const { errors, isSubmitting } = formState
  const [refused, setRefused] = useState<ApiError>()

  const submit = handleSubmit(async ({ identifier, password }) => {
    setRefused(undefined)
    try {
      await login(identifier.trim(), password)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      setRefused(error)
      setFocus('password', { shouldSelect: true })
    }
  })

  return (
    <AuthLayout
      title={t('signIn')}
      lead={t(new URLSearchParams(search).has('next') ? 'signInOnLead' : 'signInLead')}
      foot={
        <>
          {t('noAccount')}{' '}
          <Link to={paths.signUp + search} className="font-semibold text-fjord underline underline-offset-4">
            {t('openOne')}
          </Link>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="flex flex-col gap-5">
        {refused && <Refusal error={refused} />}
        <TextInput
          label={t('identifier')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.identifier?.message}
          {...register('identifier', { validate: (value) => value.trim() !== '' || t('identifierMissing') })}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          error={errors.password?.message}
          {...register('password', { validate: (value) => value !== '' || t('passwordMissing') })}
        />
        <Button type="submit" tone="primary" size="large" wide busy={isSubmitting}>
          {t('signIn')}
        </Button>
      </form>
    </AuthLayout>
  )
}
