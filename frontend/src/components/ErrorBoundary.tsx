import { Unplug } from 'lucide-react'
import { Component, useEffect, type ReactNode } from 'react'
import { useText } from '@/lib/i18n'
import { shellText } from '@/locales/shell'
import { EmptyState } from './ListFaces'
import { Button } from './ui/Button'

interface State {
  broken: boolean
}

interface Props {
  children: ReactNode
  /** Another one (another address) gives the page another chance. */
  resetKey?: string
}

/** Catches a page that broke, so that the rest of the app still works. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { broken: false }

  static getDerivedStateFromError(): State {
    return { broken: true }
  }

  override componentDidUpdate(before: Props): void {
    // oxlint-disable-next-line react/no-did-update-set-state -- once, when the page it broke on is left
    if (this.state.broken && before.resetKey !== this.props.resetKey) this.setState({ broken: false })
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children
  }
}

function Broken() {
  const t = useText(shellText)
  useEffect(() => {
    // Most often its code couldn't be fetched without a connection: then a load is all it needs.
    const reload = (): void => window.location.reload()
    window.addEventListener('online', reload)
    return () => window.removeEventListener('online', reload)
  }, [])
  return (
    <div role="alert">
      <EmptyState icon={Unplug} title={t('broken')} action={<Button onClick={() => window.location.reload()}>{t('reload')}</Button>}>
        {t('brokenHint')}
      </EmptyState>
    </div>
  )
}
