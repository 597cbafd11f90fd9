/**
 * `x:TaskRunCount/rates`: how many runs of tasks ended, and how, in each step of the last hour or day, of all kinds and nodes
 * together. Every step is in the reply, also one in which nothing ended; the last one is not over yet.
 */
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { Method } from '../method.ts'
import { textArgument } from '../ops/arguments.ts'
import { requirePermission } from '../ops/environment.ts'
import type { Environment } from '../ops/environment.ts'
import { formatDate } from '../values/date.ts'
import type { TaskRunData } from './task-run.ts'
import { TASK_RUN_OUTCOME } from './task-run.ts'

/** Steps in ms; besides the running one there are `steps`. */
const SPANS = {
  hour: { by: 'slot', step: 300_000, steps: 12 },
  day: { by: 'hour', step: 3_600_000, steps: 24 },
} as const

/** Runs that ended in one step in one way; `at`: when the step began, in ms since 1970. */
export interface RunRateData extends Pick<TaskRunData, 'outcome' | 'durationMs'> { readonly at: number; readonly runs: number }
/** The engine's counts, seen from here. */
export interface RunRateRows { rates(by: 'slot' | 'hour', min: number): Promise<readonly RunRateData[]> }

export function runRates<Tx>(rows: (tx: Tx) => RunRateRows): (env: Environment<Tx>) => Method {
  return env => async (args, context) => {
    requirePermission(env.definition, 'Query', context)
    const span = textArgument(args, 'span') ?? 'hour'
    if (span !== 'hour' && span !== 'day') throw new MethodError('invalidArguments', 'span must be "hour" or "day".')
    const { by, step, steps } = SPANS[span]
    const last = Math.floor(env.clock.now() / step) * step
    const first = last - steps * step
    const ended = Map.groupBy(await env.store.read(tx => rows(tx).rates(by, first)), ({ at }) => at)
    const list = Array.from({ length: steps + 1 }, (_, nth) => stepBody(first + nth * step, ended.get(first + nth * step) ?? []))
    return { accountId: context.principal.accountId, span, step, list }
  }
}

function stepBody(at: number, ended: readonly RunRateData[]): JsonObject {
  const outcomes = TASK_RUN_OUTCOME.members.map(({ name }): [string, number] => [name, sum(ended.filter(({ outcome }) => outcome === name), 'runs')])
  return { at: formatDate(at), ...Object.fromEntries(outcomes), duration: sum(ended, 'durationMs') }
}

function sum(list: readonly RunRateData[], of: 'runs' | 'durationMs'): number {
  return list.reduce((total, each) => total + each[of], 0)
}
