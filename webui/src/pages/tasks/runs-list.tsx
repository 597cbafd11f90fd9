/** Attempts that have ended, newest first: how, when, where, how long, and why it did not succeed. */
import { Link } from '@tanstack/react-router'
import type { JsonObject } from '../../../../src/base/json.ts'
import { amount, numberOrNull, text, textOrNull } from '../../api/values.ts'
import { Reference } from '../../lists/value.tsx'
import { Duration } from '../../parts/amounts.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { useModel } from '../../api/context.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

export const OUTCOME_TONES: Readonly<Record<string, Tone>> = { done: 'good', snooze: 'idle', retry: 'warn', failed: 'bad', cancelled: 'paused' }

export function RunsList({ runs }: { readonly runs: readonly JsonObject[] }) {
  const t = useTaskTexts()
  return (
    <ol className={css['runs']}>
      {runs.map(run => {
        const id = text(run['id'])
        const why = textOrNull(run['error']) ?? textOrNull(run['note'])
        return (
          <li key={id}>
            <Link to={`/manage/tasks/runs/${id}`} className={css['runLink']} aria-description={t.history.open}><Outcome of={text(run['outcome'])} /></Link>
            <Time at={text(run['startedAt'])} relative />
            <Duration ms={amount(run['duration'])} />
            <span><Reference object="ClusterNode" id={text(run['node'])} /></span>
            <span className={css['soft']}>{t.attempt(numberOrNull(run['attempt']) ?? 1)}</span>
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
