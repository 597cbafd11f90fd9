/**
 * TaskRun: one finished attempt at a task, kept after the task itself has gone. Written by the nodes; nobody changes or
 * destroys one, they end with their retention (DataRetention.holdTaskRunsFor). The order is that in which runs began.
 */
import { enumType, nullable, number, objectId, oneOf, string, utcDateTime } from '../../base/fields.ts'
import type { EnumType } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import { isId } from '../../base/ids.ts'
import type { Condition, ObjectReader } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { nodeObjectId, nodeNumberOf } from './cluster-node.ts'
import { bothRanges, dateRange } from './date-range.ts'

export const TASK_RUN_OUTCOME = enumType('TaskRunOutcome', [
  { name: 'done', label: 'Done' },
  { name: 'snooze', label: 'Put off', explanation: 'It will run again later; no attempt was counted.' },
  { name: 'retry', label: 'Failed, tried again later' },
  { name: 'failed', label: 'Failed for good' },
  { name: 'cancelled', label: 'Stopped', explanation: 'The task was changed or destroyed while it ran.' },
])
type Outcome = NonNullable<(typeof TASK_RUN_OUTCOME)['_names']>
const byServer = { update: 'serverSet' } as const

/** `variants`: the enumeration of task variants. */
export function taskRunObject(variants: EnumType): ObjectDefinition<unknown> {
  return object({
    name: 'TaskRun',
    label: 'Task run',
    doc: 'A finished attempt at a task: when, where, how long, and how it ended. Routine successes of search indexing are only counted.',
    verbs: ['Get', 'Query'],
    fields: {
      taskId: objectId('Task', 'The task; gone when it is done.', { ...byServer, label: 'Task' }),
      parentId: nullable(objectId('Task', 'The task of which it was a part; it may be gone.', { ...byServer, label: 'Part of' })),
      variant: oneOf(variants, 'What kind of task it was.', { ...byServer, label: 'Type' }),
      accountId: nullable(objectId('Account', 'The account that it was about; empty when it was about none.', { ...byServer, label: 'Account' })),
      node: objectId('ClusterNode', 'The node that ran it.', byServer),
      startedAt: utcDateTime('When the run began.', { ...byServer, label: 'Started' }),
      duration: number('How long it took.', 'duration', byServer),
      attempt: number('Which attempt at the task it was; the first is 1.', 'unsignedInteger', byServer),
      outcome: oneOf(TASK_RUN_OUTCOME, 'How it ended.', byServer),
      error: nullable(string('Why it did not succeed.', { ...byServer, format: 'text' })),
      note: nullable(string('What it says of what it did.', { ...byServer, format: 'text' })),
    },
    columns: ['startedAt', 'variant', 'outcome', 'duration', 'node', 'attempt', 'error', 'note'],
    filters: {
      taskId: { type: { type: 'string', format: 'string' }, label: 'Task id' },
      parentId: { type: { type: 'string', format: 'string' }, label: 'Parts of the task' },
      variant: { type: { type: 'enum', enum: variants }, label: 'Type' },
      accountId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
      node: { type: { type: 'objectId', objectName: 'ClusterNode' }, label: 'Node' },
      outcome: { type: { type: 'enum', enum: TASK_RUN_OUTCOME }, label: 'Outcome' },
      startedAt: { type: { type: 'utcDateTime' }, label: 'Started', range: true },
    },
    order: { properties: ['startedAt'], ascending: false },
    sections: [
      { title: 'Run', fields: ['startedAt', 'duration', 'node', 'attempt', 'outcome', 'error', 'note'] },
      { title: 'Task', fields: ['variant', 'taskId', 'parentId', 'accountId'] },
    ],
    menu: { section: 'Management', icon: 'list-todo', group: 'Tasks', link: 'Task history' },
  })
}

/** A finished attempt as it is stored; times in ms since 1970. `attempt`: how many had failed before it. */
export interface TaskRunData {
  readonly id: Id
  readonly taskId: Id
  readonly parentId: Id | null
  readonly variant: string
  readonly accountId: Id | null
  readonly nodeId: number
  readonly startedAt: number
  readonly durationMs: number
  readonly attempt: number
  readonly outcome: Outcome
  readonly error: string | null
  readonly note: string | null
}
export interface TaskRunConditions {
  readonly taskId?: Id
  readonly parentId?: Id
  readonly variant?: string
  readonly accountId?: Id
  readonly nodeId?: number
  readonly outcome?: Outcome
  readonly startedMin?: number
  readonly startedMax?: number
}
/** The engine's history, seen from here. */
export interface TaskRunRows {
  get(ids: readonly Id[]): Promise<readonly TaskRunData[]>
  query(
    conditions: TaskRunConditions,
    page: { readonly ascending: boolean; readonly limit: number; readonly after?: Pick<TaskRunData, 'startedAt' | 'id'>; readonly position?: number },
  ): Promise<readonly TaskRunData[]>
  count(conditions: TaskRunConditions): Promise<number>
}

/** Pages go by key, in the order of time. */
export function taskRunReader<Tx>(rows: (tx: Tx) => TaskRunRows): ObjectReader<Tx> {
  return {
    get: async (tx, ids) => (await rows(tx).get(ids.filter(isId))).map(stored),

    async contains(tx, { conditions }, id) {
      const wanted = conditionsOf(conditions)
      const [run] = wanted !== null && isId(id) ? await rows(tx).get([id]) : []
      return run !== undefined && wanted !== null && matches(run, wanted)
    },

    async page(tx, { conditions, ascending }, { limit, skip, after }) {
      const wanted = conditionsOf(conditions)
      const [run] = after === undefined ? [] : await rows(tx).get([after])
      if (wanted === null || (after !== undefined && !run)) return []
      const page = { ascending, limit, position: skip, ...(run ? { after: run } : {}) }
      return (await rows(tx).query(wanted, page)).map(run => run.id)
    },

    async count(tx, { conditions }) {
      const wanted = conditionsOf(conditions)
      return wanted === null ? 0 : rows(tx).count(wanted)
    },
  }
}

function stored({ id, taskId, parentId, variant, accountId, nodeId, startedAt, durationMs, attempt, outcome, error, note }: TaskRunData): Stored {
  return {
    id,
    version: 1,
    body: {
      taskId, parentId, variant, accountId, node: nodeObjectId(nodeId), startedAt: formatDate(startedAt), duration: durationMs,
      attempt: attempt + 1, outcome, error, note,
    },
  }
}

/** Null: nothing can match. */
function conditionsOf(conditions: readonly Condition[]): TaskRunConditions | null {
  let result: TaskRunConditions | null = {}
  for (const condition of conditions) result = result && withCondition(result, condition)
  return result
}

function withCondition(known: TaskRunConditions, { property, comparison, value }: Condition): TaskRunConditions | null {
  const text = String(value)
  switch (property) {
    case 'startedAt': {
      const before = known.startedMin === undefined ? undefined : { min: known.startedMin, max: known.startedMax ?? Infinity }
      const range = bothRanges(before, dateRange(comparison, value))
      return range && { ...known, startedMin: range.min, startedMax: range.max }
    }
    case 'node': {
      const nodeId = nodeNumberOf(text)
      return nodeId === null ? null : both(known, { nodeId })
    }
    case 'outcome': return both(known, { outcome: text as Outcome })
    case 'variant': return both(known, { variant: text })
    default: return isId(text) ? both(known, { [property as 'taskId' | 'parentId' | 'accountId']: text }) : null
  }
}

/** The same property twice with different values matches nothing. */
function both(known: TaskRunConditions, more: TaskRunConditions): TaskRunConditions | null {
  const old: Readonly<Record<string, unknown>> = { ...known }
  const clash = Object.entries(more).some(([name, value]) => old[name] !== undefined && old[name] !== value)
  return clash ? null : { ...known, ...more }
}

function matches(run: TaskRunData, wanted: TaskRunConditions): boolean {
  const { startedMin = 0, startedMax = Infinity, ...equal } = wanted
  const found: Readonly<Record<string, unknown>> = { ...run }
  return run.startedAt >= startedMin && run.startedAt <= startedMax
    && Object.entries(equal).every(([name, value]) => found[name] === value)
}
