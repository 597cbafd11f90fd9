/** What the page of a task shows besides its state: its parts, the attempts before it, the runs behind it. */
import { Link } from '@tanstack/react-router'
import { RotateCw } from 'lucide-react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { retrySettings } from '../../../../src/base/retry-plan.ts'
import { useMay } from '../../api/context.ts'
import { useCount, useObject, useRows } from '../../api/hooks.ts'
import { text } from '../../api/values.ts'
import { WAITING } from '../../lists/places.ts'
import { Count, Duration, Progress } from '../../parts/amounts.tsx'
import { Button } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { useLanguage, useTexts } from '../../texts/language.ts'
import { nextAttempts } from './attempts.ts'
import type { Kind } from './kinds.ts'
import { RunsList } from './runs-list.tsx'
import type { TaskView } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

const RUNS_SHOWN = 50
const ATTEMPTS_SHOWN = 8

export function PartsPanel({ task, onRetry }: {
  readonly task: TaskView
  /** Left out: this login may not. */
  readonly onRetry?: () => void
}) {
  const t = useTaskTexts()
  const language = useLanguage()
  const { parts, id } = task
  if (parts === null) return null
  const { total, done, failed, waiting, perSecond, timeLeftMs } = parts
  const facts = [[t.parts.done, done, {}], [t.parts.waiting, waiting, { 'f.parentId': id, ...WAITING }], [t.parts.failed, failed, { 'f.parentId': id, 'f.status': 'Failed' }]] as const
  return (
    <Panel
      title={t.parts.title}
      actions={failed > 0 && onRetry !== undefined ? <Button icon={<RotateCw aria-hidden="true" />} onClick={onRetry}>{t.actions.retryParts}</Button> : null}
    >
      <div className={css['stack']}>
        <Progress value={done + failed} of={total} label={t.parts.label} />
        <dl className={css['facts']}>
          {facts.map(([label, value, search]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{Object.keys(search).length === 0 || value === 0 ? <Count value={value} /> : <Link to="/manage/tasks" search={search}><Count value={value} /></Link>}</dd>
            </div>
          ))}
          <div><dt>{t.parts.total}</dt><dd>{total === null ? t.parts.unknownTotal : <Count value={total} />}</dd></div>
          {perSecond === null ? null : <div><dt>{t.progress}</dt><dd>{t.parts.rate(new Intl.NumberFormat(language).format(perSecond))}</dd></div>}
          {timeLeftMs === null ? null : <div><dt>{t.parts.left}</dt><dd><Duration ms={timeLeftMs} /></dd></div>}
        </dl>
        {task.status === 'Failed' && failed > 0 ? <p>{t.parts.parentFailed}</p> : null}
        <p><Link to="/manage/tasks" search={{ 'f.parentId': id }}>{t.parts.list}</Link></p>
      </div>
    </Panel>
  )
}

export function AttemptsPanel({ task, kind, runs }: { readonly task: TaskView; readonly kind: Kind | undefined; readonly runs: readonly JsonObject[] }) {
  const t = useTaskTexts()
  const { nav } = useTexts()
  const now = useNow()
  const may = useMay()
  const { data } = useObject('TaskManager', 'singleton')
  if (data === undefined || data === null || !may('TaskManager', 'Get')) return null
  const settings = retrySettings(data)
  const failedRuns = runs.filter(run => run['outcome'] === 'retry').slice(0, task.attempts)
  const firstFailed = Date.parse(text(failedRuns.at(-1)?.['startedAt']))
  const { at, endedBy } = nextAttempts(task, settings, {
    firstFailedAt: task.attempts === 0 || Number.isNaN(firstFailed) ? null : firstFailed, now, attemptsMax: ATTEMPTS_SHOWN,
  })
  const perpetual = kind?.givesUp === false
  return (
    <Panel title={t.attempts.title} actions={<Link to="/settings/task-manager">{nav.taskManager}</Link>}>
      <div className={css['stack']}>
        <p>{t.attempts.used(Math.min(task.attempts, settings.maxAttempts), settings.maxAttempts)}</p>
        {at.length === 0 ? <p>{t.attempts.spent}</p> : (
          <div>
            <p className={css['softWrap']}>{t.attempts.next}, {t.attempts.plan}:</p>
            <ol className={css['timeline']}>
              {at.map((each, index) => (
                <li key={each}>
                  {index === 0 ? <Time at={new Date(each).toISOString()} relative /> : <span>{t.attempts.after} <Duration ms={each - (at[0] ?? each)} /></span>}
                </li>
              ))}
            </ol>
          </div>
        )}
        {perpetual ? <p>{t.attempts.perpetual}</p> : at.length > 0 && endedBy !== null ? <p className={css['softWrap']}>{t.attempts.giveUp}</p> : null}
      </div>
    </Panel>
  )
}

/** undefined: not known yet. */
export function useRunsOf(taskId: string): readonly JsonObject[] | undefined {
  const may = useMay()
  const { data } = useRows('TaskRun', { filter: { taskId }, limit: RUNS_SHOWN })
  return may('TaskRun', 'Query') ? data : []
}

export function RunsPanel({ taskId, runs }: { readonly taskId: string; readonly runs: readonly JsonObject[] | undefined }) {
  const t = useTaskTexts()
  const { data: total } = useCount('TaskRun', { taskId })
  return (
    <Panel
      title={t.runs.title}
      actions={(total ?? 0) > RUNS_SHOWN ? <Link to="/manage/tasks/history" search={{ 'f.taskId': taskId }}>{t.detail.toHistory} (<Count value={total ?? 0} />)</Link> : null}
    >
      {runs === undefined ? <Skeleton lines={2} /> : null}
      {runs?.length === 0 ? <p className={css['softWrap']}>{t.runs.none} {t.runs.noneIndexing}</p> : null}
      {runs === undefined || runs.length === 0 ? null : <RunsList runs={runs} />}
    </Panel>
  )
}
