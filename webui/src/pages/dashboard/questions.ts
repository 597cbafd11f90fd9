/**
 * What the dashboard asks. Each part is a question of its own, so that one that fails or may not be seen leaves the others.
 * What seldom changes follows each change; numbers of the queue come every few seconds instead: it may change thousands of times a second.
 */
import type { UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Call } from '../../../../src/jmap-client/client.ts'
import { ReplyMalformed } from '../../../../src/jmap-client/errors.ts'
import { objects, resultOf } from '../../../../src/jmap-client/reply.ts'
import type { Api } from '../../api/api.ts'
import type { ClusterNode, Finding } from '../../api/cluster.ts'
import { findingOf, nodeOf } from '../../api/cluster.ts'
import { useMay, useServer } from '../../api/context.ts'
import { keys } from '../../api/keys.ts'
import type { Certificate, FailureGroup, Lane, Schedule } from './facts.ts'
import { certificateOf, groupOf, laneOf, scheduleOf } from './facts.ts'
import type { Part } from './health.ts'
import type { RunStep } from '../../api/run-rates.ts'
import { stepsOf } from '../../api/run-rates.ts'

/** `seen` false: this login may not ask. */
export interface Answer<T> { readonly seen: boolean; readonly query: UseQueryResult<T> }
export interface Failures { readonly count: number; readonly groups: readonly FailureGroup[] }
/** Steps of five minutes, and of an hour. */
export interface Runs { readonly hour: readonly RunStep[]; readonly day: readonly RunStep[] }
export interface Answers {
  readonly findings: Answer<readonly Finding[]>
  readonly nodes: Answer<readonly ClusterNode[]>
  readonly lanes: Answer<readonly Lane[]>
  readonly failures: Answer<Failures>
  readonly runs: Answer<Runs>
  readonly certificates: Answer<readonly Certificate[]>
  readonly schedules: Answer<readonly Schedule[]>
}

/** Rows of one list that the dashboard looks at. */
const ROWS_MAX = 500
const QUICK_MS = 5_000
const SLOW_MS = 30_000
/** Parts that are not asked again with each change. */
const BUSY: readonly Part[] = ['lanes', 'failures', 'runs']

export function useAnswers(): Answers {
  return {
    findings: useAnswer('findings', ['ClusterFinding'], QUICK_MS, async api => (await rows(api, 'ClusterFinding')).map(findingOf)),
    nodes: useAnswer('nodes', ['ClusterNode'], QUICK_MS, async api => (await rows(api, 'ClusterNode')).map(nodeOf)),
    lanes: useAnswer('lanes', ['ClusterLane', 'Task'], QUICK_MS, lanesOf),
    failures: useAnswer('failures', ['TaskFailure', 'Task'], QUICK_MS, failuresOf),
    runs: useAnswer('runs', ['TaskRunCount'], QUICK_MS, runsOf),
    certificates: useAnswer('certificates', ['Certificate'], SLOW_MS, async api => (await rows(api, 'Certificate')).map(certificateOf)),
    schedules: useAnswer('schedules', ['Schedule'], SLOW_MS, async api => (await rows(api, 'Schedule')).map(scheduleOf)),
  }
}

/** `of`: the objects that it looks at. */
function useAnswer<T>(part: Part, of: readonly string[], everyMs: number, ask: (api: Api) => Promise<T>): Answer<T> {
  const { api } = useServer()
  const may = useMay()
  const seen = of.every(object => may(object, 'Query'))
  const query = useQuery({
    queryKey: BUSY.includes(part) ? ['dashboard', part] : keys.method(of[0] ?? '', `dashboard/${part}`, {}), queryFn: () => ask(api), enabled: seen, refetchInterval: everyMs, placeholderData: keepPreviousData,
  })
  return { seen, query }
}

/** Query and get of one list, the first two calls of a request. */
function listed(object: string): readonly Call[] {
  const name = `x:${object}/query`
  return [
    { name, args: { limit: ROWS_MAX } },
    { name: `x:${object}/get`, args: { '#ids': { resultOf: 'c0', name, path: '/ids' } } },
  ]
}

/** The rows of `listed`, and the result of what was asked besides. */
async function answered(api: Api, object: string, ...more: readonly Call[]): Promise<{ readonly list: readonly JsonObject[]; readonly rest: readonly JsonObject[] }> {
  const [, got, ...rest] = (await api.request([...listed(object), ...more])).map(resultOf)
  return { list: objects(got?.['list']), rest }
}

async function rows(api: Api, object: string): Promise<readonly JsonObject[]> {
  return (await answered(api, object)).list
}

async function lanesOf(api: Api): Promise<readonly Lane[]> {
  const { list, rest: [load] } = await answered(api, 'ClusterLane', { name: 'x:ClusterLane/load', args: {} })
  const byLane = new Map(objects(load?.['list']).map(each => [each['id'], each]))
  return list.map(row => laneOf(row, byLane.get(row['name'])))
}

async function failuresOf(api: Api): Promise<Failures> {
  const count = { name: 'x:Task/query', args: { filter: { status: 'Failed' }, limit: 0, calculateTotal: true } }
  const { list, rest: [counted] } = await answered(api, 'TaskFailure', count)
  const total = counted?.['total']
  // None and not known are different things to somebody on call.
  if (typeof total !== 'number') throw new ReplyMalformed(count.name, 'total is missing')
  return { count: total, groups: list.map(groupOf) }
}

async function runsOf(api: Api): Promise<Runs> {
  const spans = await api.request(['hour', 'day'].map(span => ({ name: 'x:TaskRunCount/rates', args: { span } })))
  const [hour = [], day = []] = spans.map(reply => stepsOf(objects(resultOf(reply)['list'])))
  return { hour, day }
}
