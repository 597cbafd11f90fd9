/** One attempt that has ended, with its task if it is still there, and the other attempts at it. */
import { useParams } from '@tanstack/react-router'
import { failureOf } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject } from '../../api/hooks.ts'
import { amount, numberOrNull, text, textOrNull } from '../../api/values.ts'
import { Reference } from '../../lists/value.tsx'
import { Count, Duration } from '../../parts/amounts.tsx'
import { ButtonLink } from '../../parts/button.tsx'
import { CopyId } from '../../parts/copy-id.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { useKindLabel } from './kinds.ts'
import { Outcome } from './runs-list.tsx'
import { RunsPanel, useRunsOf } from './task-panels.tsx'
import { TaskStateMark } from './task-state.tsx'
import { stateOf, taskOf } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const t = useTaskTexts()
  const { data, error, refetch } = useObject('TaskRun', id)
  if (data !== undefined && data !== null) return <Known run={data} />
  return (
    <Frame title={t.history.runTitle} subtitle={<CopyId id={id} />}>
      {error === null ? data === null ? <FailurePanel failure={{ kind: 'notFound', detail: null }} /> : <Skeleton lines={6} />
        : <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />}
    </Frame>
  )
}

function Known({ run }: { readonly run: Row }) {
  const t = useTaskTexts()
  const label = useKindLabel()
  const taskId = text(run['taskId'])
  const accountId = textOrNull(run['accountId'])
  const parentId = textOrNull(run['parentId'])
  const error = textOrNull(run['error'])
  const note = textOrNull(run['note'])
  return (
    <Frame
      title={`${t.history.runTitle}: ${label(text(run['variant']))}`} subtitle={<><Outcome of={text(run['outcome'])} /> <CopyId id={run.id} /></>}
      actions={<ButtonLink to={`/manage/tasks/${taskId}`}>{t.runs.task}</ButtonLink>}
    >
      {error === null ? null : <Panel title={t.detail.reason}><p className={css['reasonText']}>{error}</p></Panel>}
      {note === null ? null : <Panel title={t.history.note}><p>{note}</p></Panel>}
      <div className={css['columns']}>
        <Panel title={t.history.runTitle}>
          <dl className={css['facts']}>
            <div><dt>{t.runs.started}</dt><dd><Time at={text(run['startedAt'])} /></dd></div>
            <div><dt>{t.runs.duration}</dt><dd><Duration ms={amount(run['duration'])} /></dd></div>
            <div><dt>{t.runs.node}</dt><dd><Reference object="ClusterNode" id={text(run['node'])} /></dd></div>
            <div><dt>{t.runs.attempt}</dt><dd><Count value={numberOrNull(run['attempt']) ?? 1} /></dd></div>
            {accountId === null ? null : <div><dt>{t.runs.account}</dt><dd><Reference object="Account" id={accountId} /></dd></div>}
            {parentId === null ? null : <div><dt>{t.history.parent}</dt><dd><Reference object="Task" id={parentId} /></dd></div>}
          </dl>
        </Panel>
        <div className={css['stack']}>
          <TaskNow id={taskId} />
          <RunsPanel taskId={taskId} runs={useRunsOf(taskId)} />
        </div>
      </div>
    </Frame>
  )
}

function TaskNow({ id }: { readonly id: string }) {
  const t = useTaskTexts()
  const { data } = useObject('Task', id)
  if (data === undefined) return null
  return (
    <Panel title={t.runs.task}>
      {data === null ? <p className={css['softWrap']}>{t.history.taskGone}</p> : (
        <p className={css['bar']}>
          <span>{t.history.taskStill}</span>
          <Reference object="Task" id={id} />
          <TaskStateMark state={stateOf(taskOf(data))} />
        </p>
      )}
    </Panel>
  )
}
