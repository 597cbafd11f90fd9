/** A task as its pages read it, made of what `x:Task/get` gives; what is missing or strange is null. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { amount, numberOrNull, objectOrNull, text, textOrNull } from '../../api/values.ts'

export type TaskStatus = 'Pending' | 'Retry' | 'Failed'
export type WaitingFor =
  | { readonly kind: 'NotDue'; readonly until: string }
  | { readonly kind: 'NoNode'; readonly duty: string }
  | { readonly kind: 'SameKey'; readonly taskId: string }
  | { readonly kind: 'Turn' }
  /** Of a newer server: its name there. */
  | { readonly kind: 'other'; readonly name: string }
export interface Running {
  /** null: the node that was asked does not know it. */
  readonly node: string | null
  readonly since: string
  readonly progress: string | null
  readonly requested: 'cancel' | 'edit' | null
}
export interface Parts {
  /** null: nobody knows yet. */
  readonly total: number | null
  readonly done: number
  readonly failed: number
  readonly waiting: number
  readonly perSecond: number | null
  readonly timeLeftMs: number | null
}
export interface TaskView {
  readonly id: string
  readonly variant: string
  readonly status: TaskStatus
  readonly createdAt: string | null
  readonly due: string | null
  readonly failedAt: string | null
  readonly reason: string | null
  /** That have failed. */
  readonly attempts: number
  readonly accountId: string | null
  readonly domainId: string | null
  readonly parentId: string | null
  readonly parts: Parts | null
  readonly running: Running | null
  readonly waitingFor: WaitingFor | null
}

/** How a task stands, in one word: what its pages name and colour it by. */
export type TaskState =
  | 'running' | 'stopping' | 'changing' | 'spread' | 'scheduled' | 'retry' | 'noNode' | 'sameKey' | 'turn' | 'other' | 'failed'

/** What every task has besides the fields of its kind. */
export const COMMON_FIELDS: readonly string[] = ['status', 'due', 'parentId', 'parts', 'running', 'waitingFor']

export function taskOf(row: JsonObject): TaskView {
  const status = objectOrNull(row['status'])
  const name = textOrNull(status?.['@type'])
  return {
    id: text(row['id']),
    variant: text(row['@type']),
    status: name === 'Retry' || name === 'Failed' ? name : 'Pending',
    createdAt: textOrNull(status?.['createdAt']),
    due: textOrNull(row['due']) ?? textOrNull(status?.['due']),
    failedAt: textOrNull(status?.['failedAt']),
    reason: textOrNull(status?.['failureReason']),
    attempts: numberOrNull(status?.['attemptNumber']) ?? amount(status?.['failedAttemptNumber']),
    accountId: textOrNull(row['accountId']),
    domainId: textOrNull(row['domainId']),
    parentId: textOrNull(row['parentId']),
    parts: partsOf(row['parts']),
    running: runningOf(row['running']),
    waitingFor: waitingOf(row['waitingFor']),
  }
}

export function stateOf({ status, running, parts, waitingFor }: TaskView): TaskState {
  if (running?.requested === 'cancel') return 'stopping'
  if (running?.requested === 'edit') return 'changing'
  if (status === 'Failed') return 'failed'
  if (parts !== null) return 'spread'
  if (running !== null) return 'running'
  switch (waitingFor?.kind) {
    case 'NoNode': return 'noNode'
    case 'SameKey': return 'sameKey'
    case 'NotDue': return status === 'Retry' ? 'retry' : 'scheduled'
    case 'other': return 'other'
    default: return 'turn'
  }
}

/**
 * Of a task that has failed, by its runs, the newest first: it was not the last of them that ended it. It may have failed
 * before, been retried and then set aside: that has another reason. undefined: nobody knows.
 */
export function isParked({ reason }: Pick<TaskView, 'reason'>, runs: readonly JsonObject[] | undefined): boolean {
  const last = runs?.[0]
  return runs !== undefined && (last?.['outcome'] !== 'failed' || textOrNull(last['error']) !== reason)
}

/** `done 3, total 9`, as nodes write it: for a bar. null: it says something else. */
export function progressOf(text: string | null): { readonly done: number; readonly total: number | null } | null {
  const values = new Map((text ?? '').split(', ').flatMap(part => {
    const [name, value] = part.split(' ')
    return name === undefined || value === undefined ? [] : [[name, Number(value)] as const]
  }))
  const done = values.get('done')
  if (done === undefined || !Number.isFinite(done)) return null
  const total = values.get('total')
  return { done, total: total !== undefined && Number.isFinite(total) ? total : null }
}

function runningOf(value: Json | undefined): Running | null {
  if (!isJsonObject(value)) return null
  const requested = textOrNull(value['requested'])
  return {
    node: textOrNull(value['node']), since: text(value['since']), progress: textOrNull(value['progress']),
    requested: requested === 'cancel' || requested === 'edit' ? requested : null,
  }
}

function partsOf(value: Json | undefined): Parts | null {
  if (!isJsonObject(value)) return null
  return {
    total: numberOrNull(value['total']), done: amount(value['done']), failed: amount(value['failed']),
    waiting: amount(value['waiting']), perSecond: numberOrNull(value['perSecond']), timeLeftMs: numberOrNull(value['timeLeft']),
  }
}

function waitingOf(value: Json | undefined): WaitingFor | null {
  if (!isJsonObject(value)) return null
  switch (value['@type']) {
    case 'NotDue': return { kind: 'NotDue', until: text(value['until']) }
    case 'NoNode': return { kind: 'NoNode', duty: text(value['duty']) }
    case 'SameKey': return { kind: 'SameKey', taskId: text(value['taskId']) }
    case 'Turn': return { kind: 'Turn' }
    default: return { kind: 'other', name: text(value['@type']) }
  }
}
