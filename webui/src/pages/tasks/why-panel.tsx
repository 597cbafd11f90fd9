/** What a task is doing, or why it does nothing, and what somebody can do about it. */
import { Link } from '@tanstack/react-router'
import { Check, Circle, LoaderCircle } from 'lucide-react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { useCount } from '../../api/hooks.ts'
import { Reference } from '../../lists/value.tsx'
import { Count } from '../../parts/amounts.tsx'
import { Panel } from '../../parts/page.tsx'
import { Time } from '../../parts/time.tsx'
import type { Kind } from './kinds.ts'
import { useDutyLabel } from './kinds.ts'
import { ProgressOf, TaskStateMark } from './task-state.tsx'
import type { TaskView } from './task.ts'
import { isParked, stateOf } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'
import { useDuty } from './use-duty.ts'

export function WhyPanel({ task, kind, runs }: {
  readonly task: TaskView
  readonly kind: Kind | undefined
  /** Its last runs, the newest first; undefined: not known. */
  readonly runs: readonly JsonObject[] | undefined
}) {
  const t = useTaskTexts()
  const state = stateOf(task)
  const isRunning = task.running !== null && task.running.requested === null
  return (
    <Panel title={state === 'failed' ? t.detail.reason : isRunning || state === 'spread' ? t.detail.state : t.why.title}>
      <div className={css['stack']}>
        <p className={css['bar']}>
          <TaskStateMark state={state} />
          {task.running === null ? null : (
            <>
              {task.running.node === null ? null : <span>{t.onNode(task.running.node)}</span>}
              <span>{t.since} <Time at={task.running.since} relative /></span>
              <ProgressOf text={task.running.progress} />
            </>
          )}
        </p>
        {state === 'stopping' || state === 'changing' ? <Steps state={state} /> : null}
        {state === 'spread' ? <p>{t.why.parts}</p> : null}
        {task.reason === null ? null : (
          <div>
            {state === 'failed' ? null : <p className={css['softWrap']}>{t.detail.lastReason}</p>}
            <p className={css['reasonText']}>{task.reason}</p>
          </div>
        )}
        {state === 'failed' ? <FailedHint task={task} parked={isParked(task, runs)} /> : null}
        {task.running === null && state !== 'failed' ? <Waiting task={task} kind={kind} /> : null}
      </div>
    </Panel>
  )
}

/** Of a request to a task that runs: it was asked for, its node has stopped the run, it is so. */
function Steps({ state }: { readonly state: 'stopping' | 'changing' }) {
  const t = useTaskTexts()
  return (
    <>
      <p>{t.why[state]}</p>
      <ol className={css['steps']}>
        <li><Check aria-hidden="true" />{t.why.steps.asked}</li>
        <li aria-current="step"><LoaderCircle aria-hidden="true" />{t.why.steps.acknowledged}</li>
        <li><Circle aria-hidden="true" />{state === 'stopping' ? t.why.steps.done : t.why.steps.changed}</li>
      </ol>
    </>
  )
}

function FailedHint({ task: { variant }, parked }: { readonly task: TaskView; readonly parked: boolean }) {
  const t = useTaskTexts()
  const { data } = useCount('Task', { '@type': variant, status: 'Failed' })
  return (
    <>
      <p>{parked ? t.why.parked : t.why.failed}</p>
      <p>
        <Link to="/manage/tasks/failed" search={{ kind: variant }}>{t.why.failedGroup} {data === undefined ? null : <Count value={data} />}</Link>
      </p>
    </>
  )
}

function Waiting({ task, kind }: { readonly task: TaskView; readonly kind: Kind | undefined }) {
  const t = useTaskTexts()
  const { waitingFor } = task
  switch (waitingFor?.kind) {
    case 'NotDue': return (
      <p>{task.status === 'Retry' ? t.why.NotDueRetry : t.why.NotDue} <Time at={waitingFor.until} relative /> (<Time at={waitingFor.until} />)</p>
    )
    case 'SameKey': return <p>{t.why.SameKey} <Reference object="Task" id={waitingFor.taskId} /></p>
    case 'NoNode': return <NoNode duty={waitingFor.duty} />
    case 'Turn': return (
      <>
        <p>{t.why.Turn}</p>
        {kind === undefined ? null : <p><Link to="/manage/tasks" search={{ 'f.lane': kind.lane, 'f.running': 'true' }}>{t.why.turnLane}</Link></p>}
      </>
    )
    case 'other': return <p>{t.why.other(waitingFor.name)}</p>
    default: return null
  }
}

/** Names the nodes and roles that would help. */
export function NoNode({ duty }: { readonly duty: string }) {
  const t = useTaskTexts()
  const label = useDutyLabel()
  const holders = useDuty(duty)
  return (
    <>
      <p>{t.why.NoNode(label(duty))}</p>
      {holders === null ? null : (
        <>
          {holders.roles.length === 0 ? <p>{t.why.noNodeNoRole}</p> : (
            <div>
              <p>{t.why.noNodeRoles}</p>
              <ul className={css['links']}>{holders.roles.map(({ id }) => <li key={id}><Reference object="ClusterRole" id={id} /></li>)}</ul>
            </div>
          )}
          {holders.lacking.length === 0 ? <p>{t.why.noNodeNoNode}</p> : (
            <div>
              <p>{t.why.noNodeGive}</p>
              <ul className={css['links']}>
                {holders.lacking.map(({ id, hostname, role }) => (
                  <li key={id}>
                    <Link to={`/manage/cluster/nodes/${id}`}>{hostname}</Link>{' '}
                    <span className={css['soft']}>{role ?? t.why.noRole}</span>
                  </li>
                ))}
              </ul>
              <p><Link to="/settings/roles">{t.why.editRole}</Link></p>
            </div>
          )}
        </>
      )}
    </>
  )
}
