import { ArrowDownToLine, ArrowUpFromLine } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useUser } from '@/contexts/AuthContext'
import { useText } from '@/lib/i18n'
import { paths, transferTo } from '@/lib/paths'
import { useDebounced } from '@/lib/useDebounced'
import { paletteText } from '@/locales/palette'
import { shellText } from '@/locales/shell'
import { activityOf, type Activity } from '@/services/activity'
import { useFoundPayments } from '@/services/queries/found-payments'
import { SEARCH_LENGTH_MIN, useSearchUsers } from '@/services/queries/people'
import { FoundPayment } from '../payment/FoundPayment'
import { Person } from '../Person'
import { Combobox } from '../ui/Combobox'
import { Dialog } from '../ui/Dialog'
import { useNavigationLinks, type NavigationLink } from './navigation'

const PAUSE_MS = 200

type Found =
  | { kind: 'pages'; key: string; link: Pick<NavigationLink, 'to' | 'icon'>; label: string }
  | { kind: 'people'; key: string; id: number; name: string; username: string }
  | { kind: 'payments'; key: string; activity: Activity }

/** Pages that have no place in the navigation: found by their name. */
const CASH = [
  { to: paths.deposit, name: 'payIn', icon: ArrowDownToLine },
  { to: paths.withdraw, name: 'takeOut', icon: ArrowUpFromLine },
] as const

interface Props {
  /** What was typed before this was here. */
  typedAhead: string
  onClose: () => void
}

/** Go anywhere, to a person to pay, or to a payment of one's own, without leaving the keyboard (Ctrl-K). */
export default function CommandPalette({ typedAhead, onClose }: Props) {
  const t = useText(paletteText)
  const navigate = useNavigate()
  const [own, setQuery] = useState<string | null>(null)
  const query = own ?? typedAhead
  const { items, searching } = useFound(query)

  const go = (found: Found): void => {
    onClose()
    void navigate(addressOf(found))
  }

  return (
    <Dialog open onClose={onClose} title={t('title')} hideTitle className="lg:mt-[12dvh]">
      <Combobox
        label={t('label')}
        hideLabel
        placeholder={t('hint')}
        focusAtOnce
        query={query}
        onQuery={setQuery}
        items={items}
        itemKey={(found) => found.key}
        groupOf={(found) => (query.trim() === '' ? '' : t(found.kind))}
        onPick={go}
        status={query.trim() === '' ? '' : searching ? t('searching') : t('found', { count: items.length })}
        renderItem={(found) => <Row found={found} />}
      />
    </Dialog>
  )
}

function Row({ found }: { found: Found }) {
  const t = useText(paletteText)
  if (found.kind === 'people') {
    return <Person id={found.id} name={found.name} detail={t('sendTo', { username: found.username })} size="small" />
  }
  if (found.kind === 'payments') return <FoundPayment activity={found.activity} />
  return (
    <span className="flex items-center gap-3">
      <found.link.icon aria-hidden className="size-4.5 text-ink-2" />
      {found.label}
    </span>
  )
}

function addressOf(found: Found): string {
  if (found.kind === 'pages') return found.link.to
  return found.kind === 'people' ? transferTo(found.id, found.name) : paths.transaction(found.activity.transaction.id)
}

/** Pages at once; people and payments when the typing pauses. */
function useFound(query: string): { items: Found[]; searching: boolean } {
  const t = useText(shellText)
  const user = useUser()
  const links = useNavigationLinks()
  const typed = query.trim()
  const asked = useDebounced(typed, PAUSE_MS)
  const people = useSearchUsers(asked)
  const payments = useFoundPayments(asked)

  const own = useText(paletteText)
  const items: Found[] = links
    .map((link): Found => ({ kind: 'pages', key: link.to, link, label: t(link.name) }))
    .concat(CASH.map((link) => ({ kind: 'pages', key: link.to, link, label: own(link.name) })))
    .filter((found) => found.kind === 'pages' && found.label.toLowerCase().includes(typed.toLowerCase()))
  // What was found for fewer letters stays until the next answer is here; for too few letters nothing is asked.
  const asks = typed.length >= SEARCH_LENGTH_MIN
  if (asks) {
    for (const { id, name, username } of people.data ?? []) {
      if (id !== user.id) items.push({ kind: 'people', key: `person-${id}`, id, name, username })
    }
    for (const payment of payments.data ?? []) {
      items.push({ kind: 'payments', key: `payment-${payment.id}`, activity: activityOf(payment, user.id) })
    }
  }
  return { items, searching: asks && (typed !== asked || people.isFetching || payments.isFetching) }
}
