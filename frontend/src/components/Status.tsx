import { Ban, CircleCheck, CircleX, Clock, RotateCcw, ShieldQuestion, type LucideIcon } from 'lucide-react'
import { useText } from '@/lib/i18n'
import { statusText } from '@/locales/status'
import { Badge, type Tone } from './ui/Badge'

const LOOKS = {
  PENDING: { tone: 'calm', icon: Clock },
  SUCCESS: { tone: 'good', icon: CircleCheck },
  FAILED: { tone: 'bad', icon: CircleX },
  REVERSED: { tone: 'plain', icon: RotateCcw },
  UNDER_REVIEW: { tone: 'wait', icon: ShieldQuestion },
  pending: { tone: 'wait', icon: Clock },
  approved: { tone: 'good', icon: CircleCheck },
  rejected: { tone: 'bad', icon: CircleX },
  active: { tone: 'good', icon: CircleCheck },
  inactive: { tone: 'plain', icon: Ban },
  kycApproved: { tone: 'good', icon: CircleCheck },
  kycPending: { tone: 'wait', icon: Clock },
  kycRejected: { tone: 'bad', icon: CircleX },
  waiting: { tone: 'wait', icon: Clock },
  replayed: { tone: 'good', icon: CircleCheck },
  givenUp: { tone: 'plain', icon: Ban },
} satisfies Record<string, { tone: Tone; icon: LucideIcon }>

export type StatusName = keyof typeof LOOKS

/** The state of a payment, an account or a request: an icon and a word, in a colour that only repeats them. */
export function Status({ of }: { of: StatusName }) {
  const t = useText(statusText)
  const { tone, icon } = LOOKS[of]
  return (
    <Badge tone={tone} icon={icon}>
      {t(of)}
    </Badge>
  )
}
