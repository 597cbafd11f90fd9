/** One task: how it stands and why, what may be done about it, and what became of its attempts; also after it has ended. */
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { CalendarClock, Pause, Pencil, RotateCw, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { useMay, useModel } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject } from '../../api/hooks.ts'
import { textOrNull } from '../../api/values.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import type { Query } from '../../lists/address.ts'
import { Reference } from '../../lists/value.tsx'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { CopyId } from '../../parts/copy-id.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { EmptyState, Skeleton } from '../../parts/states.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import type { BulkAction } from './bulk.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import { EditTask, editableFields } from './edit-task.tsx'
import type { Kind } from './kinds.ts'
import { useDutyLabel, useKindLabel, useKinds } from './kinds.ts'
import { Outcome } from './runs-list.tsx'
import { AttemptsPanel, PartsPanel, RunsPanel, useRunsOf } from './task-panels.tsx'
import { TaskStateMark } from './task-state.tsx'
import type { TaskView } from './task.ts'
import { COMMON_FIELDS, stateOf, taskOf } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'
import type { BulkQuestion } from './use-bulk.ts'
import { WhyPanel } from './why-panel.tsx'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  return <TaskPage key={id} id={id} />
}

function TaskPage({ id }: { readonly id: string }) {
  const t = useTaskTexts()
  const { data, error, refetch } = useObject('Task', id)
  const [last, setLast] = useState<Row | null>(null)
  // What is gone is shown as it was last seen.
  if (data !== undefined && data !== null && data !== last) setLast(data)
  const row = data ?? last
  if (row !== null) return <Known row={row} ended={data === null} />
  if (data === null) return <Gone id={id} />
  return (
    <Frame title={t.runs.task} subtitle={<CopyId id={id} />}>
      {error === null ? <Skeleton lines={8} /> : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
    </Frame>
  )
}

function Known({ row, ended }: { readonly row: Row; readonly ended: boolean }) {
  const t = useTaskTexts()
  const may = useMay()
  const label = useKindLabel()
  const task = taskOf(row)
  const kind = useKinds()?.get(task.variant)
  const runs = useRunsOf(task.id)
  const [question, setQuestion] = useState<BulkQuestion | null>(null)
  const [editing, setEditing] = useState(false)
  const ask = (action: BulkAction) => { setQuestion({ action, target: { kind: 'chosen', tasks: [task] } }) }
  const retryParts = () => { setQuestion({ action: 'retry', target: { kind: 'filter', filter: { parentId: task.id, status: 'Failed' } } }) }
  return (
    <Frame
      title={label(task.variant)}
      subtitle={<>{ended ? <Badge>{t.detail.endedTitle}</Badge> : <TaskStateMark state={stateOf(task)} />} <CopyId id={task.id} /></>}
      actions={ended ? undefined : <Actions task={task} ask={ask} onEdit={() => { setEditing(true) }} />}
    >
      {ended ? <Ended last={runs?.[0]} /> : <WhyPanel task={task} kind={kind} runs={may('TaskRun', 'Query') ? runs : undefined} />}
      {ended && task.reason !== null ? <Panel title={t.detail.lastReason}><p className={css['reasonText']}>{task.reason}</p></Panel> : null}
      <PartsPanel task={task} {...(may('Task', 'Update') && !ended ? { onRetry: retryParts } : {})} />
      <div className={css['columns']}>
        <Facts task={task} kind={kind} row={row} />
        <div className={css['stack']}>
          <RunsPanel taskId={task.id} runs={runs} />
          {ended || task.parts !== null ? null : <AttemptsPanel task={task} kind={kind} runs={runs ?? []} />}
        </div>
      </div>
      <BulkDialog question={question} onClose={() => { setQuestion(null) }} />
      {editing ? <EditTask row={row} onClose={() => { setEditing(false) }} /> : null}
    </Frame>
  )
}

function Actions({ task, ask, onEdit }: { readonly task: TaskView; readonly ask: (action: BulkAction) => void; readonly onEdit: () => void }) {
  const t = useTaskTexts()
  const may = useMay()
  const model = useModel()
  const state = stateOf(task)
  const requested = task.running !== null && task.running.requested !== null
  const button = (action: BulkAction, icon: ReactNode, kind: 'plain' | 'main' | 'danger' = 'plain') =>
    <Button key={action} kind={kind} icon={icon} disabled={requested} onClick={() => { ask(action) }}>{action === 'retry' && task.status === 'Pending' ? t.actions.runNow : t.actions[action]}</Button>
  const waits = task.running === null && state !== 'turn'
  return (
    <>
      {may('Task', 'Update') ? <>
        {waits ? button('retry', <RotateCw aria-hidden="true" />, state === 'failed' ? 'main' : 'plain') : null}
        {button('reschedule', <CalendarClock aria-hidden="true" />)}
        {state === 'failed' ? null : button('park', <Pause aria-hidden="true" />)}
        {editableFields(model, task.variant).length === 0 ? null : <Button icon={<Pencil aria-hidden="true" />} disabled={requested} onClick={onEdit}>{t.actions.edit}</Button>}
      </> : null}
      {may('Task', 'Destroy') ? button('destroy', <X aria-hidden="true" />, 'danger') : null}
    </>
  )
}

/** How it ended, by its last run. */
function Ended({ last }: { readonly last: { readonly [key: string]: unknown } | undefined }) {
  const t = useTaskTexts()
  const run = last === undefined ? null : { outcome: String(last['outcome']), why: last['error'] ?? last['note'], at: String(last['startedAt']) }
  return (
    <div role="status">
      <Panel title={t.detail.endedTitle}>
        <div className={css['stack']}>
          {run === null ? null : (
            <p className={css['bar']}>
              <Outcome of={run.outcome} />
              <Time at={run.at} relative />
              {typeof run.why === 'string' ? <span>{run.why}</span> : null}
            </p>
          )}
          <p>{t.detail.ended}</p>
        </div>
      </Panel>
    </div>
  )
}

function Facts({ task, kind, row }: { readonly task: TaskView; readonly kind: Kind | undefined; readonly row: Row }) {
  const t = useTaskTexts()
  const duty = useDutyLabel()
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t.detail.created, task.createdAt === null ? null : <Time key="c" at={task.createdAt} />],
    [t.detail.due, task.due === null ? null : <Time key="d" at={task.due} />],
    [t.detail.failedAt, task.failedAt === null ? null : <Time key="f" at={task.failedAt} />],
    [t.detail.attempts, task.attempts === 0 ? null : t.failedAttempts(task.attempts)],
    [t.detail.parent, task.parentId === null ? null : <Reference key="p" object="Task" id={task.parentId} />],
    [t.detail.lane, kind === undefined ? null : <Link key="l" to="/manage/tasks" search={{ 'f.lane': kind.lane }}>{kind.lane}</Link>],
    [t.detail.duty, kind === undefined ? null : duty(kind.duty)],
  ]
  return (
    <div className={css['stack']}>
      <ObjectFields object="Task" value={row} omit={COMMON_FIELDS} />
      <Panel title={t.detail.kind}>
        <div className={css['stack']}>
          {kind === undefined ? null : <p className={css['softWrap']}>{kind.does}</p>}
          <dl className={css['facts']}>
            {facts.map(([name, value]) => value === null ? null : <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
          </dl>
        </div>
      </Panel>
    </div>
  )
}

/** Opened by a link after it had ended. */
function Gone({ id }: { readonly id: string }) {
  const t = useTaskTexts()
  const label = useKindLabel()
  const runs = useRunsOf(id)
  // Whoever has just made it comes with its kind: it may be done before its page is there.
  const { kind }: Query = useSearch({ strict: false })
  const variant = textOrNull(runs?.[0]?.['variant']) ?? kind ?? null
  const toList = <ButtonLink to="/manage/tasks">{t.detail.toList}</ButtonLink>
  return (
    <Frame title={variant === null ? t.detail.notFoundTitle : label(variant)} subtitle={<CopyId id={id} />} actions={toList}>
      {runs === undefined ? <Skeleton lines={4} /> : null}
      {runs?.length === 0 ? <EmptyState title={variant === null ? t.detail.notFoundTitle : t.detail.endedTitle} next={t.detail.goneNoRuns} action={toList} /> : null}
      {runs === undefined || runs.length === 0 ? null : <>
        <p>{t.detail.goneWithRuns}</p>
        <RunsPanel taskId={id} runs={runs} />
      </>}
    </Frame>
  )
}
