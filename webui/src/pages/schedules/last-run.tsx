/** What became of the newest task that a schedule has made. */
import { Link } from '@tanstack/react-router'
import type { Row } from '../../api/hooks.ts'
import { useObject, useRows } from '../../api/hooks.ts'
import { Duration } from '../../parts/amounts.tsx'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import type { Outcome } from './schedule.ts'
import { outcomeOf } from './schedule.ts'
import css from './schedules.module.css'
import { useScheduleTexts } from './texts.ts'

const TONES: Readonly<Record<Outcome, Tone>> = { done: 'good', failed: 'bad', retry: 'warn', running: 'busy', waiting: 'idle', unknown: 'idle' }

export function LastRun({ row }: { readonly row: Row }) {
  const t = useScheduleTexts()
  const { lastSlot, lastTaskId } = row
  if (typeof lastSlot !== 'string') return <span className={css['soft']}>{t.never}</span>
  return (
    <span className={css['stack']}>
      {typeof lastTaskId === 'string' ? <Became taskId={lastTaskId} /> : <span className={css['soft']}>{t.passed}</span>}
      <span className={css['soft']}><Time at={lastSlot} relative /></span>
    </span>
  )
}

function Became({ taskId }: { readonly taskId: string }) {
  const t = useScheduleTexts()
  const task = useObject('Task', taskId)
  const runs = useRows('TaskRun', { filter: { taskId }, limit: 1 })
  if (task.data === undefined || runs.data === undefined) return <Status tone="idle">…</Status>
  const [run = null] = runs.data
  const outcome = outcomeOf(task.data, run)
  const duration = run?.['duration']
  return <>
    <Status tone={TONES[outcome]}>
      {outcome === 'unknown' ? t.outcomes.unknown
        : <Link to={task.data === null ? `/manage/tasks/history?f.taskId=${encodeURIComponent(taskId)}` : `/manage/tasks/${encodeURIComponent(taskId)}`}>{t.outcomes[outcome]}</Link>}
    </Status>
    {outcome === 'done' && typeof duration === 'number' ? <span className={css['soft']}><Duration ms={duration} /></span> : null}
  </>
}
