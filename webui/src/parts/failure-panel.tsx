/** What went wrong, what to do about it, what the server said, and a way to try again. */
import { CircleAlert, RotateCw } from 'lucide-react'
import type { Failure } from '../api/failure.ts'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import css from './failure-panel.module.css'

export function FailurePanel({ failure, next, onRetry }: {
  readonly failure: Failure
  /** What to do about it, where the page knows more than the failure says. */
  readonly next?: string | undefined
  readonly onRetry?: () => void
}) {
  const t = useTexts()
  const known = t.failure[failure.kind]
  const detail = failure.kind === 'refused' ? failure.error.description : failure.kind === 'signedOut' ? null : failure.detail
  return (
    <div className={css['panel']} role="alert">
      <CircleAlert aria-hidden="true" />
      <div className={css['words']}>
        <p className={css['title']}>{known.title}</p>
        {detail === null ? null : <p className={css['detail']}>{detail}</p>}
        <p>{next ?? known.next}</p>
      </div>
      {onRetry === undefined ? null : <Button icon={<RotateCw aria-hidden="true" />} onClick={onRetry}>{t.failure.retry}</Button>}
    </div>
  )
}
