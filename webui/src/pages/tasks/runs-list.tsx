/** Attempts that have ended, newest first: how, when, where, how long, and why it did not succeed. */
import { Link } from '@tanstack/react-router'
import type { JsonObject } from '../../../../src/base/json.ts'
import { Reference } from '../../lists/value.tsx'
import { Duration } from '../../parts/amounts.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { useModel } from '../../api/context.ts'
import { numberAt, textAt } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

export const OUTCOME_TONES: Readonly<Record<string, Tone>> = { done: 'good', snooze: 'idle', retry: 'warn', failed: 'bad', cancelled: 'paused' }

export function RunsList({ runs }: { readonly runs: readonly JsonObject[] }) {
  const t = useTaskTexts()
  return (
    <ol className={css['runs']}>
      {runs.map(run => {
        const id = textAt(run, 'id') ?? ''
        const why = textAt(run, 'error') ?? textAt(run, 'note')
        return (
          <li key={id}>
            <Link to={`/manage/tasks/runs/${id}`} className={css['runLink']} aria-description={t.history.open}><Outcome of={textAt(run, 'outcome') ?? ''} /></Link>
            <Time at={textAt(run, 'startedAt') ?? ''} relative />
            <Duration ms={numberAt(run, 'duration') ?? 0} />
            <span><Reference object="ClusterNode" id={textAt(run, 'node') ?? ''} /></span>
            <span className={css['soft']}>{t.attempt(numberAt(run, 'attempt') ?? 1)}</span>
            {why === null ? null : <span className={css['runWhy']}>{why}</span>}
          </li>
        )
      })}
    </ol>
  )
}

export function Outcome({ of }: { readonly of: string }) {
  const model = useModel()
  const label = model.enum('TaskRunOutcome').find(({ name }) => name === of)?.label ?? of
  return <Status tone={OUTCOME_TONES[of] ?? 'idle'}>{label}</Status>
}
