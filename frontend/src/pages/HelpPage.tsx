import { useState } from 'react'
import { PageHeader } from '@/components/PageHeader'
import { TextInput } from '@/components/ui/Field'
import { Notice } from '@/components/ui/Notice'
import { useText } from '@/lib/i18n'
import { helpText } from '@/locales/help'

const GROUPS = [
  { title: 'groupPay', answers: ['how', 'own', 'pending', 'held', 'failed', 'twice', 'wrong', 'giveBack'] },
  { title: 'groupAccounts', answers: ['open', 'identity', 'cash', 'limits'] },
  { title: 'groupSafety', answers: ['stolen', 'ask'] },
  { title: 'groupApp', answers: ['offline', 'language'] },
] as const

/** Real answers to what people ask (S97), found by a word. */
export default function HelpPage() {
  const t = useText(helpText)
  const [query, setQuery] = useState('')
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = GROUPS.map(({ title, answers }) => ({
    title: t(title),
    answers: answers
      .map((key) => ({ key, question: t(`${key}Q`), answer: t(`${key}A`) }))
      .filter(({ question, answer }) => words.every((word) => `${question} ${answer}`.toLowerCase().includes(word))),
  })).filter(({ answers }) => answers.length > 0)
  const count = groups.reduce((sum, { answers }) => sum + answers.length, 0)
  return (
    <div className="column flex flex-col gap-8">
      <div className="-mb-6">
        <PageHeader title={t('title')} lead={t('lead')} />
      </div>
      <div>
        <TextInput type="search" label={t('search')} value={query} autoComplete="off" onChange={(event) => setQuery(event.target.value)} />
        <p role="status" className="mt-2 min-h-5 text-small text-ink-3">
          {words.length > 0 && (count > 0 ? t('found', { count }) : t('nothing'))}
        </p>
      </div>
      {groups.map(({ title, answers }) => (
        <section key={title} aria-label={title}>
          <h2 className="mb-3 text-title font-semibold">{title}</h2>
          <div className="card divide-y divide-line-1">
            {answers.map(({ key, question, answer }) => (
              <details key={key} open={words.length > 0 || undefined} className="group px-5">
                <summary className="flex min-h-14 items-center py-3 font-medium">{question}</summary>
                <p className="max-w-[65ch] pb-4 text-ink-2">{answer}</p>
              </details>
            ))}
          </div>
        </section>
      ))}
      <Notice tone="calm" title={t('contact')}>
        {t('contactHint')}
      </Notice>
    </div>
  )
}
