/** What stands where there is nothing to show: not yet, or nothing. Both take the place of what comes, so nothing jumps. */
import { Inbox } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTexts } from '../texts/language.ts'
import css from './states.module.css'

/** `next` says what to do; `action` is a Button or ButtonLink for it. */
export function EmptyState({ title, next, action, icon }: {
  readonly title: string
  readonly next?: ReactNode
  readonly action?: ReactNode
  readonly icon?: ReactNode
}) {
  return (
    <div className={css['empty']}>
      <span className={css['picture']} aria-hidden="true">{icon ?? <Inbox />}</span>
      <p className={css['title']}>{title}</p>
      {next === undefined ? null : <p className={css['next']}>{next}</p>}
      {action}
    </div>
  )
}

export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  const t = useTexts()
  return (
    <div className={css['skeleton']} role="status" aria-label={t.shell.loading}>
      {Array.from({ length: lines }, (_, index) => <span key={index} style={{ width: `${92 - (index * 17) % 45}%` }} />)}
    </div>
  )
}
