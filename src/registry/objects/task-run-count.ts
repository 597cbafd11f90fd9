/**
 * TaskRunCount: how many runs ended in one hour, of one kind of task, on one node, in one way, those included of which no
 * record is kept. Throughput and failure rate of a day are sums of a few rows. Written by the nodes with the history, and gone with it.
 */
import { number, objectId, oneOf, utcDateTime } from '../../base/fields.ts'
import type { EnumType } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Condition, ObjectReader } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { nodeNumberOf, nodeObjectId } from './cluster-node.ts'
import { bothRanges, dateRange } from './date-range.ts'
import { TASK_RUN_OUTCOME } from './task-run.ts'
import type { TaskRunData } from './task-run.ts'

const byServer = { update: 'serverSet' } as const

/** `variants`: the enumeration of task variants. */
export function taskRunCountObject(variants: EnumType): ObjectDefinition<unknown> {
  return object({
    name: 'TaskRunCount',
    label: 'Count of task runs',
    plural: 'Counts of task runs',
    doc: 'How many attempts at tasks of one kind ended in one hour, on one node, in one way; also those of which the history keeps no record.',
    verbs: ['Get', 'Query'],
    fields: {
      hour: utcDateTime('When the hour began in which they ended.', byServer),
      variant: oneOf(variants, 'What kind of tasks it were.', { ...byServer, label: 'Type' }),
      node: objectId('ClusterNode', 'The node that ran them.', byServer),
      outcome: oneOf(TASK_RUN_OUTCOME, 'How they ended.', byServer),
      runs: number('How many there were.', 'unsignedInteger', byServer),
      duration: number('How long they took together.', 'duration', { ...byServer, label: 'Time' }),
      meanDuration: number('How long one took on average.', 'duration', { ...byServer, label: 'Time of one' }),
    },
    labelProperty: 'hour',
    columns: ['hour', 'variant', 'node', 'outcome', 'runs', 'duration', 'meanDuration'],
    filters: {
      hour: { type: { type: 'utcDateTime' }, label: 'Hour', range: true },
      variant: { type: { type: 'enum', enum: variants }, label: 'Type' },
      node: { type: { type: 'objectId', objectName: 'ClusterNode' }, label: 'Node' },
      outcome: { type: { type: 'enum', enum: TASK_RUN_OUTCOME }, label: 'Outcome' },
    },
    order: { properties: ['hour'], ascending: false },
    sections: [{ title: 'Runs', fields: ['hour', 'variant', 'node', 'outcome', 'runs', 'duration', 'meanDuration'] }],
    menu: { section: 'Management', icon: 'list-todo', group: 'Tasks', link: 'Runs by hour' },
  })
}

/** As it is stored; times in ms since 1970. `id` begins with the hour, and is the order. */
export interface TaskRunCountData extends Pick<TaskRunData, 'variant' | 'nodeId' | 'outcome' | 'durationMs'> {
  readonly id: Id
  readonly hour: number
  readonly runs: number
}
export interface TaskRunCountConditions extends Partial<Pick<TaskRunCountData, 'variant' | 'nodeId' | 'outcome'>> {
  readonly hourMin?: number
  readonly hourMax?: number
}
/** The engine's counts, seen from here. */
export interface TaskRunCountRows {
  getCounts(ids: readonly Id[]): Promise<readonly TaskRunCountData[]>
  queryCounts(
    conditions: TaskRunCountConditions,
    page: { readonly ascending: boolean; readonly limit: number; readonly after?: Id; readonly position?: number },
  ): Promise<readonly TaskRunCountData[]>
  countCounts(conditions: TaskRunCountConditions): Promise<number>
}

/** Pages go by key, also from one that has ended with its retention: the id says where it was. */
export function taskRunCountReader<Tx>(rows: (tx: Tx) => TaskRunCountRows): ObjectReader<Tx> {
  return {
    get: async (tx, ids) => (await rows(tx).getCounts(ids)).map(stored),

    async contains(tx, { conditions }, id) {
      const wanted = countConditions(conditions)
      const [count] = wanted === null ? [] : await rows(tx).getCounts([id])
      return count !== undefined && wanted !== null && matches(count, wanted)
    },

    async page(tx, { conditions, ascending }, { limit, skip, after }) {
      const wanted = countConditions(conditions)
      if (wanted === null) return []
      const page = { ascending, limit, position: skip, ...(after === undefined ? {} : { after }) }
      return (await rows(tx).queryCounts(wanted, page)).map(({ id }) => id)
    },

    async count(tx, { conditions }) {
      const wanted = countConditions(conditions)
      return wanted === null ? 0 : rows(tx).countCounts(wanted)
    },
  }
}

function stored({ id, hour, variant, nodeId, outcome, runs, durationMs }: TaskRunCountData): Stored {
  const meanDuration = Math.round(durationMs / runs)
  return { id, version: 1, body: { hour: formatDate(hour), variant, node: nodeObjectId(nodeId), outcome, runs, duration: durationMs, meanDuration } }
}

/** Null: nothing can match. */
export function countConditions(conditions: readonly Condition[]): TaskRunCountConditions | null {
  let result: TaskRunCountConditions | null = {}
  for (const condition of conditions) result = result && withCondition(result, condition)
  return result
}

function withCondition(known: TaskRunCountConditions, { property, comparison, value }: Condition): TaskRunCountConditions | null {
  if (property === 'hour') {
    const { hourMin: min = 0, hourMax: max = Infinity } = known
    const range = bothRanges({ min, max }, dateRange(comparison, value))
    return range && { ...known, hourMin: range.min, hourMax: range.max }
  }
  const name = property === 'node' ? 'nodeId' : property as 'variant' | 'outcome'
  const wanted = property === 'node' ? nodeNumberOf(String(value)) : String(value)
  // The same property twice with different values matches nothing.
  return wanted === null || (known[name] !== undefined && known[name] !== wanted) ? null : { ...known, [name]: wanted }
}

function matches({ hour, variant, nodeId, outcome }: TaskRunCountData, wanted: TaskRunCountConditions): boolean {
  const { hourMin = 0, hourMax = Infinity, ...equal } = wanted
  return hour >= hourMin && hour <= hourMax
    && (equal.variant ?? variant) === variant && (equal.nodeId ?? nodeId) === nodeId && (equal.outcome ?? outcome) === outcome
}
