/**
 * What the dashboard asks. Each part is a question of its own, so that one that fails or may not be seen leaves the others.
 * Numbers of the queue come every few seconds instead of with each change: a busy queue changes thousands of times a second.
 */
import type { UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Call } from '../../../../src/jmap-client/client.ts'
import type { Model } from '../../../../src/jmap-client/model.ts'
import { objects, resultOf, strings } from '../../../../src/jmap-client/reply.ts'
import type { Api } from '../../api/api.ts'
import { browserClock } from '../../api/browser.ts'
import { useMay, useServer } from '../../api/context.ts'
import { wireDate } from './addresses.ts'
import type { Certificate, FailureGroup, Finding, Lane, Node, Schedule } from './facts.ts'
import { certificateOf, findingOf, groupOf, nodeOf, scheduleOf } from './facts.ts'
import type { Part } from './health.ts'
import type { RunHour } from './run-hours.ts'
import { firstHourMs, hoursOf } from './run-hours.ts'

/** `seen` false: this login may not ask. */
export interface Answer<T> { readonly seen: boolean; readonly query: UseQueryResult<T> }
export interface Failures { readonly count: number; readonly groups: readonly FailureGroup[] }
export interface Answers {
  readonly findings: Answer<readonly Finding[]>
  readonly nodes: Answer<readonly Node[]>
  readonly lanes: Answer<readonly Lane[]>
  readonly failures: Answer<Failures>
  readonly runs: Answer<readonly RunHour[]>
  readonly certificates: Answer<readonly Certificate[]>
  readonly schedules: Answer<readonly Schedule[]>
}

/** Rows of one list that the dashboard looks at. */
const ROWS_MAX = 500
const QUICK_MS = 5_000
const SLOW_MS = 30_000

export function useAnswers(): Answers {
  const { model } = useServer()
  return {
    findings: useAnswer('findings', 'ClusterFinding', QUICK_MS, async api => (await rows(api, 'ClusterFinding', {})).map(findingOf)),
    nodes: useAnswer('nodes', 'ClusterNode', QUICK_MS, async api => (await rows(api, 'ClusterNode', {})).map(nodeOf)),
    lanes: useAnswer('lanes', 'Task', QUICK_MS, api => lanesOf(api, model)),
    failures: useAnswer('failures', 'TaskFailure', QUICK_MS, failuresOf),
    runs: useAnswer('runs', 'TaskRunCount', SLOW_MS, runsOf),
    certificates: useAnswer('certificates', 'Certificate', SLOW_MS, async api => (await rows(api, 'Certificate', {})).map(certificateOf)),
    schedules: useAnswer('schedules', 'Schedule', SLOW_MS, schedulesOf),
  }
}

function useAnswer<T>(part: Part, object: string, everyMs: number, ask: (api: Api) => Promise<T>): Answer<T> {
  const { api } = useServer()
  const seen = useMay()(object, 'Query')
  const query = useQuery({
    queryKey: ['dashboard', part], queryFn: () => ask(api), enabled: seen, refetchInterval: everyMs, placeholderData: keepPreviousData,
  })
  return { seen, query }
}

/** Query and get of one list; `from` is the number of the first of the two calls. */
function listed(object: string, args: JsonObject, from = 0): Call[] {
  const name = `x:${object}/query`
  return [
    { name, args: { limit: ROWS_MAX, ...args } },
    { name: `x:${object}/get`, args: { '#ids': { resultOf: `c${from}`, name, path: '/ids' } } },
  ]
}

async function rows(api: Api, object: string, args: JsonObject): Promise<readonly JsonObject[]> {
  const [found, got] = (await api.request(listed(object, args))).map(resultOf)
  return found === undefined ? [] : objects(got?.['list'])
}

/** Lanes by which tasks can be found; the others carry no tasks. */
async function lanesOf(api: Api, model: Model): Promise<readonly Lane[]> {
  const all = await rows(api, 'ClusterLane', {})
  const filter = model.list('Task')?.filters?.find(({ field }) => field === 'lane')
  const known = new Set(filter?.type === 'enum' ? model.enum(filter.enumName).map(({ name }) => name) : [])
  return Promise.all(all.map(async row => {
    const name = String(row['name'])
    return {
      name, duty: String(row['duty']), buckets: Number(row['buckets']), unowned: Number(row['unowned']),
      ...known.has(name) ? await queueOf(api, name) : { waiting: 0, oldestDueMs: null, running: 0, failed: 0 },
    }
  }))
}

async function queueOf(api: Api, lane: string): Promise<Pick<Lane, 'waiting' | 'oldestDueMs' | 'running' | 'failed'>> {
  const due = { lane, running: false, dueIsLessThanOrEqual: wireDate(browserClock.now()) }
  const [waiting, first, running, failed] = (await api.request([
    ...listed('Task', { filter: due, sort: [{ property: 'due', isAscending: true }], limit: 1, calculateTotal: true }),
    counted('Task', { lane, running: true }), counted('Task', { lane, status: 'Failed' }),
  ])).map(resultOf)
  const [oldest] = objects(first?.['list'])
  const dueAt = oldest?.['due']
  return {
    waiting: Number(waiting?.['total']), oldestDueMs: typeof dueAt === 'string' ? Date.parse(dueAt) : null,
    running: Number(running?.['total']), failed: Number(failed?.['total']),
  }
}

function counted(object: string, filter: JsonObject): Call {
  return { name: `x:${object}/query`, args: { filter, limit: 0, calculateTotal: true } }
}

async function failuresOf(api: Api): Promise<Failures> {
  const [, groups, count] = (await api.request([...listed('TaskFailure', {}), counted('Task', { status: 'Failed' })])).map(resultOf)
  return { count: Number(count?.['total']), groups: objects(groups?.['list']).map(groupOf) }
}

/** Hours × kinds × nodes × outcomes may be more rows than one answer has: pages, until one is not full. */
async function runsOf(api: Api): Promise<readonly RunHour[]> {
  const nowMs = browserClock.now()
  const filter = { hourIsGreaterThanOrEqual: wireDate(firstHourMs(nowMs)) }
  const all: JsonObject[] = []
  for (let full = true; full;) {
    const [found, got] = (await api.request(listed('TaskRunCount', { filter, position: all.length }))).map(resultOf)
    full = strings(found?.['ids']).length === ROWS_MAX
    all.push(...objects(got?.['list']))
  }
  return hoursOf(all, nowMs)
}

async function schedulesOf(api: Api): Promise<readonly Schedule[]> {
  const all = await rows(api, 'Schedule', {})
  const ids = all.flatMap(({ lastTaskId }) => typeof lastTaskId === 'string' ? [lastTaskId] : [])
  const tasks = ids.length === 0 ? [] : objects((await api.call('x:Task/get', { ids, properties: ['status'] }))['list'])
  const failed = new Set(tasks.flatMap(({ id, status }) => typeof id === 'string' && isFailed(status) ? [id] : []))
  return all.map(row => scheduleOf(row, failed))
}

function isFailed(status: unknown): boolean {
  return typeof status === 'object' && status !== null && '@type' in status && status['@type'] === 'Failed'
}
