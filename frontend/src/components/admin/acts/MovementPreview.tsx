import type { ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { adminActsText } from '@/locales/adminActs'
import { Money } from '../../Money'

interface Leg {
  key: string
  account: ReactNode
  side: 'debit' | 'credit'
  minor: number
  /** The balance it will have; left out where it isn't known (the bank's own accounts). */
  afterMinor?: number
}

/** Both sides of a movement before it is made, as the ledger will hold them: what is debited here is credited there. */
export function MovementPreview({ legs }: { legs: readonly Leg[] }) {
  const t = useText(adminActsText)
  const head = 'px-2 py-2 text-right text-micro font-semibold text-ink-2'
  const cell = 'tabular px-2 py-2 text-right'
  return (
    <div className="relative overflow-x-auto rounded-md border border-line-1">
      <table className="w-full text-small">
        <caption className="sr-only">{t('movements')}</caption>
        <thead className="bg-surface-2">
          <tr>
            <th scope="col" className={`${head} text-left`}>
              {t('ledgerAccount')}
            </th>
            <th scope="col" className={head}>
              {t('ledgerDebit')}
            </th>
            <th scope="col" className={head}>
              {t('ledgerCredit')}
            </th>
            <th scope="col" className={head}>
              {t('ledgerAfter')}
            </th>
          </tr>
        </thead>
        <tbody>
          {legs.map(({ key, account, side, minor, afterMinor }) => (
            <tr key={key} className="border-t border-line-1">
              <th scope="row" className="min-w-24 px-2 py-2 text-left font-normal wrap-anywhere">
                {account}
              </th>
              <td className={cell}>{side === 'debit' && <Money minor={minor} />}</td>
              <td className={cell}>{side === 'credit' && <Money minor={minor} />}</td>
              <td className={cell}>{afterMinor === undefined ? <span className="text-ink-3">–</span> : <Money minor={afterMinor} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
