/**
 * `x:TaskRunCount/rates`: how many runs of tasks ended, and how, in each step of the last hour, day, week or month, of all kinds
 * and nodes together or, except for the last hour, of those that `filter` names (variant, node, outcome). Every step is in the
 * reply, also one in which nothing ended; the last one is not over yet.
 */
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import { objectArgument, textArgument } from '../ops/arguments.ts'
import type { Condition } from '../ops/backend.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import { formatDate } from '../values/date.ts'
import { countConditions } from './task-run-count.ts'
import type { TaskRunCountConditions } from './task-run-count.ts'
import type { TaskRunData } from './task-run.ts'
import { TASK_RUN_OUTCOME } from './task-run.ts'

/** Steps in ms; besides the running one there are `steps`. */
const SPANS = {
  hour: { by: 'slot', step: 300_000, steps: 12 },
  day: { by: 'hour', step: 3_600_000, steps: 24 },
  week: { by: 'hour', step: 3_600_000, steps: 7 * 24 },
  month: { by: 'hour', step: 3_600_000, steps: 30 * 24 },
} as const
const SHOWN_CHARS_MAX = 50
const FILTERS = ['variant', 'node', 'outcome']

/** Runs that ended in one step in one way; `at`: when the step began, in ms since 1970. */
export interface RunRateData extends Pick<TaskRunData, 'outcome' | 'durationMs'> { readonly at: number; readonly runs: number }
/** The engine's counts, seen from here. */
export interface RunRateRows { rates(by: 'slot' | 'hour', min: number, only?: Wanted): Promise<readonly RunRateData[]> }
type Wanted = Omit<TaskRunCountConditions, 'hourMin' | 'hourMax'>

export function runRates<Tx>(rows: (tx: Tx) => RunRateRows): (env: Environment<Tx>) => Method {
  return env => async (args, context) => {
    requirePermission(env.definition, 'Query', context)
    const span = textArgument(args, 'span') ?? 'hour'
    if (!isSpan(span)) throw new MethodError('invalidArguments', `span must be one of ${Object.keys(SPANS).join(', ')}.`)
    const { by, step, steps } = SPANS[span]
    const wanted = wantedOf(args, by)
    const last = Math.floor(env.clock.now() / step) * step
    const first = last - steps * step
    const ended = Map.groupBy(wanted === null ? [] : await env.store.read(tx => rows(tx).rates(by, first, wanted)), ({ at }) => at)
    const list = Array.from({ length: steps + 1 }, (_, nth) => stepBody(first + nth * step, ended.get(first + nth * step) ?? []))
    return { accountId: context.principal.accountId, span, step, list }
  }
}

function isSpan(text: string): text is keyof typeof SPANS {
  return Object.hasOwn(SPANS, text)
}

/** Null: nothing can match. */
function wantedOf(args: JsonObject, by: 'slot' | 'hour'): Wanted | null {
  const filter = Object.entries(objectArgument(args, 'filter') ?? {})
  if (by === 'slot' && filter.length > 0) throw new MethodError('invalidArguments', 'filter is not for the last hour: steps of five minutes are counted over all kinds and nodes.')
  const conditions = filter.map(([property, value]): Condition => {
    if (!FILTERS.includes(property)) throw new MethodError('invalidArguments', `filter: ${JSON.stringify(property.slice(0, SHOWN_CHARS_MAX))} is none of ${FILTERS.join(', ')}.`)
    if (typeof value !== 'string') throw new MethodError('invalidArguments', `filter/${property} must be a text.`)
    return { property, comparison: '=', value }
  })
  return countConditions(conditions)
}

function stepBody(at: number, ended: readonly RunRateData[]): JsonObject {
  const outcomes = TASK_RUN_OUTCOME.members.map(({ name }): [string, number] => [name, sum(ended.filter(({ outcome }) => outcome === name), 'runs')])
  return { at: formatDate(at), ...Object.fromEntries(outcomes), duration: sum(ended, 'durationMs') }
}

function sum(list: readonly RunRateData[], of: 'runs' | 'durationMs'): number {
  return list.reduce((total, each) => total + each[of], 0)
}
