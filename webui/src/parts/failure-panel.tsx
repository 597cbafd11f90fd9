/** What went wrong, what to do about it, what the server said, and a way to try again. */
import { CircleAlert, RotateCw } from 'lucide-react'
import type { Failure } from '../api/failure.ts'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import css from './failure-panel.module.css'

export function FailurePanel({ failure, onRetry }: { readonly failure: Failure; readonly onRetry?: () => void }) {
  const t = useTexts()
  const { title, next } = t.failure[failure.kind]
  const detail = failure.kind === 'refused' ? failure.error.description : failure.kind === 'signedOut' ? null : failure.detail
  return (
    <div className={css['panel']} role="alert">
      <CircleAlert aria-hidden="true" />
      <div className={css['words']}>
        <p className={css['title']}>{title}</p>
        {detail === null ? null : <p className={css['detail']}>{detail}</p>}
        <p>{next}</p>
      </div>
      {onRetry === undefined ? null : <Button icon={<RotateCw aria-hidden="true" />} onClick={onRetry}>{t.failure.retry}</Button>}
    </div>
  )
}
