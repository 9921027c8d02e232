import { useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { adminTrailText } from '@/locales/adminTrail'
import { adminAPI } from '@/services/api'
import { useStaffList } from '@/services/queries/admin'
import { SkeletonRows } from '../ListFaces'
import { History } from './History'
import { actionName, reasonIn } from './words'

const SHOWN = 12

/** What the audit trail knows of one person, account or payment, newest first. An act stands in it a moment after it was done. */
export function TrailHistory({ type, id }: { type: 'user' | 'account' | 'transaction'; id: number }) {
  const t = useText(adminText)
  const trail = useText(adminTrailText)
  const { query } = useStaffList('history', { type, id }, (ask, signal) => adminAPI.getAudit({ ...ask, subject_type: type, subject_id: id }, signal), { watch: true })
  if (query.data === undefined) return query.isPending ? <SkeletonRows rows={2} /> : null
  return (
    <History
      empty={t('noHistory')}
      steps={query.data.slice(0, SHOWN).map((entry) => ({
        key: entry.id,
        at: entry.at,
        title: actionName(trail, entry),
        detail: [entry.actor_id === null ? t('theBank') : entry.actor_name, reasonIn(entry.data)].filter(Boolean).join(': '),
      }))}
    />
  )
}
