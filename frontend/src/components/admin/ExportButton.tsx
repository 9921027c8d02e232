import { Download, Square } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useNotifications } from '@/contexts/NotificationApiContext'
import { csvHead, csvRows, downloadCsv } from '@/lib/csv'
import { formatCount, todayKey } from '@/lib/dates'
import { useLanguage, useText } from '@/lib/i18n'
import { adminText } from '@/locales/admin'
import { COUNTED_MAX } from '@/services/pages'
import type { StaffList } from '@/services/queries/admin'
import { useErrorLine } from '../Reference'
import { Button } from '../ui/Button'
import type { DataColumn } from './DataTable'

interface Props<Row> {
  caption: string
  fileName: string
  columns: readonly DataColumn<Row>[]
  list: StaffList<Row>
}

interface Progress {
  read: number
  /** How many there will be, where the bank has counted them. */
  total: number | null
}

/** Everything that matches as a file: read to its end, with a word on how far it is and a way to stop. */
export function ExportButton<Row>({ caption, fileName, columns, list }: Props<Row>) {
  const t = useText(adminText)
  const errorLine = useErrorLine()
  const language = useLanguage()
  const { showError, showSuccess } = useNotifications()
  const [progress, setProgress] = useState<Progress | null>(null)
  const running = useRef<AbortController>(null)
  useEffect(() => () => running.current?.abort(), [])

  const save = async (): Promise<void> => {
    const controller = new AbortController()
    running.current = controller
    setProgress({ read: 0, total: null })
    // Parts, not rows: the browser may keep them on disk, however many there are.
    const parts = [new Blob([csvHead(columns.map(({ title }) => title))])]
    let [read, degraded] = [0, false]
    try {
      for await (const page of list.readAll(controller.signal)) {
        parts.push(new Blob([csvRows(page.items.map((row) => columns.map(({ value }) => value(row))))]))
        read += page.items.length
        degraded ||= page.degraded === true
        setProgress({ read, total: page.total !== undefined && page.total < COUNTED_MAX && !degraded ? page.total : null })
      }
      downloadCsv(`nyord-${fileName}-${todayKey()}`, parts)
      showSuccess(t('exported', { count: formatCount(read, language) }), degraded ? t('degradedList') : caption)
    } catch (error) {
      if (controller.signal.aborted) return
      showError(t('exportFailed'), errorLine(error))
    } finally {
      setProgress(null)
    }
  }

  if (progress === null) {
    return (
      <Button tone="quiet" size="small" icon={Download} disabled={(list.query.data?.length ?? 0) === 0} onClick={() => void save()}>
        {t('export')}
      </Button>
    )
  }
  const count = formatCount(progress.read, language)
  return (
    <>
      <span className="tabular text-small text-ink-2">
        {progress.total === null ? t('exporting', { count }) : t('exportingOf', { count, total: formatCount(progress.total, language) })}
      </span>
      <Button tone="quiet" size="small" icon={Square} onClick={() => running.current?.abort()}>
        {t('exportStop')}
      </Button>
    </>
  )
}
