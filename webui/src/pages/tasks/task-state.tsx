/** How a task stands, in words, with a bar while it counts something. */
import type { Tone } from '../../parts/status.tsx'
import { Progress } from '../../parts/amounts.tsx'
import { Status } from '../../parts/status.tsx'
import { Time } from '../../parts/time.tsx'
import type { TaskState, TaskView } from './task.ts'
import { progressOf, stateOf } from './task.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

const TONES: Readonly<Record<TaskState, Tone>> = {
  running: 'busy', spread: 'busy', stopping: 'warn', changing: 'warn', scheduled: 'idle', turn: 'idle', other: 'idle', sameKey: 'paused', retry: 'warn', noNode: 'bad', failed: 'bad',
}

/** One line, for a cell: the word, then where it runs and how far, or why it failed. */
export function TaskStateLine({ task }: { readonly task: TaskView }) {
  const state = stateOf(task)
  const failed = task.status !== 'Pending' && task.running === null
  return (
    <span className={css['state']}>
      <TaskStateMark state={state} />
      {task.parts !== null && state === 'spread' ? <PartsBar task={task} /> : <RunningLine task={task} />}
      {failed && task.reason !== null ? <span className={css['reason']} title={task.reason}>{task.reason}</span> : null}
    </span>
  )
}

export function TaskStateMark({ state }: { readonly state: TaskState }) {
  const t = useTaskTexts()
  return <Status tone={TONES[state]}>{t.state[state]}</Status>
}

function RunningLine({ task: { running } }: { readonly task: TaskView }) {
  const t = useTaskTexts()
  if (running === null) return null
  return (
    <span className={css['soft']}>
      {running.node === null ? null : <>{t.onNode(running.node)} </>}
      <Time at={running.since} relative />
      {' '}
      <ProgressOf text={running.progress} />
    </span>
  )
}

/** A bar where the node counts; its words elsewhere. */
export function ProgressOf({ text }: { readonly text: string | null }) {
  const t = useTaskTexts()
  const counted = progressOf(text)
  if (counted !== null) return <Progress value={counted.done} of={counted.total} label={t.progress} />
  return text === null ? null : <span>{text}</span>
}

export function PartsBar({ task: { parts } }: { readonly task: TaskView }) {
  const t = useTaskTexts()
  return parts === null ? null : <Progress value={parts.done + parts.failed} of={parts.total} label={t.parts.label} />
}
