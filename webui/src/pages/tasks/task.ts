/** A task as its pages read it, made of what `x:Task/get` gives; what is missing or strange is null. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'

export type TaskStatus = 'Pending' | 'Retry' | 'Failed'
export type WaitingFor =
  | { readonly kind: 'NotDue'; readonly until: string }
  | { readonly kind: 'NoNode'; readonly duty: string }
  | { readonly kind: 'SameKey'; readonly taskId: string }
  | { readonly kind: 'Turn' }
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
  | 'running' | 'stopping' | 'changing' | 'spread' | 'scheduled' | 'retry' | 'noNode' | 'sameKey' | 'turn' | 'failed'

/** What every task has besides the fields of its kind. */
export const COMMON_FIELDS: readonly string[] = ['status', 'due', 'parentId', 'parts', 'running', 'waitingFor']

export function taskOf(row: JsonObject): TaskView {
  const status = objectAt(row, 'status')
  const name = textAt(status, '@type')
  return {
    id: textAt(row, 'id') ?? '',
    variant: textAt(row, '@type') ?? '',
    status: name === 'Retry' || name === 'Failed' ? name : 'Pending',
    createdAt: textAt(status, 'createdAt'),
    due: textAt(row, 'due') ?? textAt(status, 'due'),
    failedAt: textAt(status, 'failedAt'),
    reason: textAt(status, 'failureReason'),
    attempts: numberAt(status, 'attemptNumber') ?? numberAt(status, 'failedAttemptNumber') ?? 0,
    accountId: textAt(row, 'accountId'),
    domainId: textAt(row, 'domainId'),
    parentId: textAt(row, 'parentId'),
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
    default: return 'turn'
  }
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

export function textAt(from: JsonObject | null, key: string): string | null {
  const value = from?.[key]
  return typeof value === 'string' ? value : null
}

export function numberAt(from: JsonObject | null, key: string): number | null {
  const value = from?.[key]
  return typeof value === 'number' ? value : null
}

export function objectAt(from: JsonObject | null, key: string): JsonObject | null {
  const value = from?.[key]
  return isJsonObject(value) ? value : null
}

function runningOf(value: Json | undefined): Running | null {
  if (!isJsonObject(value)) return null
  const requested = textAt(value, 'requested')
  return {
    node: textAt(value, 'node'), since: textAt(value, 'since') ?? '', progress: textAt(value, 'progress'),
    requested: requested === 'cancel' || requested === 'edit' ? requested : null,
  }
}

function partsOf(value: Json | undefined): Parts | null {
  if (!isJsonObject(value)) return null
  return {
    total: numberAt(value, 'total'), done: numberAt(value, 'done') ?? 0, failed: numberAt(value, 'failed') ?? 0,
    waiting: numberAt(value, 'waiting') ?? 0, perSecond: numberAt(value, 'perSecond'), timeLeftMs: numberAt(value, 'timeLeft'),
  }
}

function waitingOf(value: Json | undefined): WaitingFor | null {
  if (!isJsonObject(value)) return null
  switch (value['@type']) {
    case 'NotDue': return { kind: 'NotDue', until: textAt(value, 'until') ?? '' }
    case 'NoNode': return { kind: 'NoNode', duty: textAt(value, 'duty') ?? '' }
    case 'SameKey': return { kind: 'SameKey', taskId: textAt(value, 'taskId') ?? '' }
    case 'Turn': return { kind: 'Turn' }
    default: return null
  }
}
