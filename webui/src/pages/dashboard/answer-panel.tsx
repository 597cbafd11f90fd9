/** A part of the dashboard: its heading with the way to the whole list, and what was answered, in a place that is there before. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { failureOf } from '../../api/failure.ts'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import type { Answer } from './questions.ts'

export function AnswerPanel<T>({ title, all, to, answer: { seen, query }, lines = 4, children }: {
  readonly title: string
  /** Words of the link to the list behind it. */
  readonly all: string
  readonly to: string
  readonly answer: Answer<T>
  /** Of the place that is kept while nothing is known. */
  readonly lines?: number
  readonly children: (data: T) => ReactNode
}) {
  if (!seen) return null
  const { data, error } = query
  return (
    <Panel title={title} actions={<Link to={to}>{all}</Link>}>
      {data !== undefined ? children(data)
        : error === null ? <Skeleton lines={lines} /> : <FailurePanel failure={failureOf(error)} onRetry={() => { void query.refetch() }} />}
    </Panel>
  )
}
