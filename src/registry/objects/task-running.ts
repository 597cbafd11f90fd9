/**
 * Two answers that people want of a task: where it runs and how far it is, or why it does not. A run is shown once it
 * has lasted for a second; until then the task still waits for its turn.
 */
import type { EnumType } from '../../base/fields.ts'
import { embedded, enumType, nullable, number, objectId, oneOf, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { formatDate } from '../values/date.ts'

/** Why a task does not run. `until` in ms since 1970. */
export type TaskWaitingFor =
  | { readonly kind: 'notDue'; readonly until: number }
  | { readonly kind: 'noNode'; readonly duty: string }
  | { readonly kind: 'sameKey'; readonly taskId: Id }
  | { readonly kind: 'turn' }
export type TaskRequestKind = 'destroy' | 'edit'
/** Of the tasks that do a task's work: so many handed out in all, and what is left of those. Times in ms since 1970. */
export interface TaskParts {
  readonly total: number | null
  readonly made: number
  readonly waiting: number
  readonly failed: number
  readonly since: number
}

const REQUESTED = enumType('TaskRunRequest', [
  { name: 'cancel', label: 'Stop and destroy' },
  { name: 'edit', label: 'Stop and change' },
])

const RUNNING = shape('TaskRunning', {
  node: nullable(string('The host name of the node that runs it; empty when the node that was asked does not know it.', { update: 'serverSet' })),
  since: utcDateTime('When this run began.', { update: 'serverSet' }),
  progress: nullable(string('How far the run is.', { update: 'serverSet', format: 'text' })),
  requested: nullable(oneOf(REQUESTED, 'What happens as soon as the run has stopped; empty when nobody asked for anything.', { update: 'serverSet' })),
})

const PARTS = shape('TaskParts', {
  total: nullable(number('How many there will be, about; empty when nobody knows yet.', 'unsignedInteger', { update: 'serverSet' })),
  done: number('How many have ended well.', 'unsignedInteger', { update: 'serverSet' }),
  failed: number('How many have failed and wait for somebody to look at them.', 'unsignedInteger', { update: 'serverSet' }),
  waiting: number('How many wait or run; the rest is not handed out yet.', 'unsignedInteger', { update: 'serverSet' }),
  perSecond: nullable(number('How many have ended a second since the first was handed out.', 'float', { update: 'serverSet', label: 'Rate' })),
  timeLeft: nullable(number('How long the rest takes at that rate.', 'duration', { update: 'serverSet' })),
})

/** `duties`: the closed set that lanes are gated by. */
export function runFields(duties: EnumType) {
  const waiting = variants('TaskWaitingFor', [
    { name: 'NotDue', label: 'Not due yet', shape: shape('TaskWaitingForTime', {
      until: utcDateTime('When it is due.', { update: 'serverSet' }),
    }) },
    { name: 'NoNode', label: 'No node for it', shape: shape('TaskWaitingForNode', {
      duty: oneOf(duties, 'The duty that no live node has.', { update: 'serverSet' }),
    }) },
    { name: 'SameKey', label: 'Another task comes first', shape: shape('TaskWaitingForTask', {
      taskId: objectId('Task', 'The task about the same thing that runs, or runs before it.', { update: 'serverSet', label: 'Task' }),
    }) },
    { name: 'Turn', label: 'Due, waits for its turn' },
  ])
  return {
    parentId: nullable(objectId('Task', 'The task that this one is a part of; it may be done by now.', { update: 'serverSet', label: 'Part of' })),
    parts: nullable(embedded(PARTS, 'How far the tasks are that do its work; empty when it does its work itself, and before it has begun.', { update: 'serverSet' })),
    running: nullable(embedded(RUNNING, 'Where it runs and how far it is; empty while it does not run, and for the first second.', { update: 'serverSet' })),
    waitingFor: nullable(embedded(waiting, 'Why it does not run; empty while it runs, and when it has failed for good.', { update: 'serverSet' })),
  }
}

export interface Run {
  readonly startedAt: number | null
  readonly progress: JsonObject | null
  readonly request: { readonly kind: TaskRequestKind } | null
}

export function runningBody({ startedAt, progress, request }: Run, node: string | null): JsonObject {
  return {
    node,
    since: formatDate(startedAt ?? 0),
    progress: progress === null ? null : progressText(progress),
    requested: request === null ? null : request.kind === 'destroy' ? 'cancel' : 'edit',
  }
}

export function waitingBody(waiting: TaskWaitingFor): JsonObject {
  switch (waiting.kind) {
    case 'notDue': return { '@type': 'NotDue', until: formatDate(waiting.until) }
    case 'noNode': return { '@type': 'NoNode', duty: waiting.duty }
    case 'sameKey': return { '@type': 'SameKey', taskId: waiting.taskId }
    case 'turn': return { '@type': 'Turn' }
  }
}

export function partsBody({ total, made, waiting, failed, since }: TaskParts, now: number): JsonObject {
  const done = Math.max(made - waiting - failed, 0)
  const rate = (done + failed) / Math.max((now - since) / 1_000, 1)
  const known = rate > 0
  return {
    total, done, failed, waiting, perSecond: known ? Math.round(rate * 10) / 10 : null,
    timeLeft: known && total !== null ? Math.round(Math.max(total - done - failed, 0) / rate) * 1_000 : null,
  }
}

/** `{"done": 3, "total": 9}` → `done 3, total 9`. */
function progressText(progress: JsonObject): string {
  return Object.entries(progress)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')
}
