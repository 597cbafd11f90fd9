/** Schedules that do not do what they should, or are paused; when all is well, the next one. */
import { Link } from '@tanstack/react-router'
import { listAddress, objectAddress } from '../../lists/places.ts'
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import css from './dashboard.module.css'
import type { Schedule } from './facts.ts'
import type { Answer } from './questions.ts'
import { useDashboardTexts } from './texts.ts'

export function SchedulesPanel({ answer, nowMs }: { readonly answer: Answer<readonly Schedule[]>; readonly nowMs: number }) {
  const { schedules: t } = useDashboardTexts()
  return (
    <AnswerPanel title={t.title} all={t.all} to={listAddress('Schedule')} answer={answer} lines={2}>
      {schedules => {
        const shown = schedules.flatMap(schedule => {
          const tone = toneOf(schedule, nowMs)
          return tone === null ? [] : [{ schedule, tone }]
        })
        const next = schedules.filter(({ nextMs }) => nextMs !== null).toSorted((one, other) => Number(one.nextMs) - Number(other.nextMs))[0]
        if (schedules.length === 0) return <p className={css['note']}>{t.none}</p>
        return (
          <ul className={css['list']}>
            {shown.map(({ schedule, tone }) => (
              <li key={schedule.id}>
                <Status tone={tone}><Link to={objectAddress('Schedule', schedule.id)}>{schedule.name}</Link></Status>
                <State of={schedule} />
              </li>
            ))}
            {shown.some(({ tone }) => tone !== 'paused') ? null : <li><Status tone="good">{t.good}</Status></li>}
            <li>{next?.next == null ? t.nothingNext : <span>{t.next} <Link to={objectAddress('Schedule', next.id)}>{next.name}</Link>, <Time at={next.next} relative /></span>}</li>
          </ul>
        )
      }}
    </AnswerPanel>
  )
}

function State({ of: { problem, lastTaskId, pausedUntil, next } }: { readonly of: Schedule }) {
  const { schedules: t } = useDashboardTexts()
  if (problem === 'late') return <span>{t.late}</span>
  if (problem === 'failed' && lastTaskId !== null) return <Link to={objectAddress('Task', lastTaskId)}>{t.failed}</Link>
  return next === null || pausedUntil === null ? <span>{t.pausedForGood}</span> : <span>{t.paused} <Time at={pausedUntil} /></span>
}

/** null: nothing to say of it. */
function toneOf({ problem, nextMs, pausedUntil }: Schedule, nowMs: number): Tone | null {
  if (problem !== null) return problem === 'late' ? 'bad' : 'warn'
  return nextMs === null || (pausedUntil !== null && Date.parse(pausedUntil) > nowMs) ? 'paused' : null
}
