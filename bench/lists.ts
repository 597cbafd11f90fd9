/**
 * How long does the first page of a list of a million waiting tasks take, with its total, whatever the filter; and a get
 * of 500, and the load of all lanes? Asked as a client asks, through the methods of the registry.
 */
import { CertificateReader } from '../src/services/certificates/certificate-reader.ts'
import { performance } from 'node:perf_hooks'
import { systemClock } from '../src/base/clock.ts'
import { idSource } from '../src/base/ids.ts'
import type { JsonObject } from '../src/base/json.ts'
import { Catalogue } from '../src/engine/catalogue.ts'
import type { Method } from '../src/registry/method.ts'
import { formatDate } from '../src/registry/values/date.ts'
import { buildMail } from '../src/server/mail.ts'
import { buildObjects } from '../src/server/objects.ts'
import type { Store } from '../src/store/store.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { lanes } from '../src/tasks/lanes.ts'
import { fill, type Shape, type Waiting } from './waiting-tasks.ts'
import { openBenchStore, percentile, type StoreKind } from './world.ts'

const TASKS = 1_000_000
const PAGE = 25
const IDS = 500
const REPEATS = 5
/** Of one number. */
const GET_REPEATS = 40
/** Before the last ones the code is compiled, as it is in a node that has been asked for a minute (measured: 21, 17, 14, 13 ms). */
const GET_ROUNDS = 5
const DAY_MS = 86_400_000

export interface ListTimes {
  /** Ms: the slowest filter's first answer, and the slowest and the middle one of the filters' usual answers. */
  readonly first: number
  readonly slowest: number
  readonly middle: number
  /** Ms for 500 ids: the middle one of the first GET_REPEATS that a process answers, and of the last ones. */
  readonly firstGet: number
  readonly get: number
  /** Ms: the load of all lanes, asked for the first time and later on. */
  readonly firstLoad: number
  readonly load: number
}
export interface Case { readonly label: string; readonly first: number; readonly usual: number; readonly total: number }

/** The worse of both shapes, for each of the numbers. */
export async function listTimes(kind: StoreKind): Promise<ListTimes> {
  const all: ListTimes[] = []
  for (const shape of ['mixed', 'alike'] as const) {
    const bench = await openBenchStore(kind)
    const lists = await measureLists(bench.store, shape, TASKS)
    // Before anybody has counted anything.
    const load = await lists.load()
    const cases = await lists.cases()
    const get = await lists.get()
    const usual = cases.map(each => each.usual).toSorted((a, b) => a - b)
    all.push({
      first: Math.max(...cases.map(each => each.first)), slowest: usual.at(-1) ?? NaN, middle: percentile(usual, 0.5),
      firstGet: get.first, get: get.usual, firstLoad: load.first, load: load.usual,
    })
    await bench.close()
  }
  const worst = (name: keyof ListTimes) => Math.max(...all.map(each => each[name]))
  return { first: worst('first'), slowest: worst('slowest'), middle: worst('middle'), firstGet: worst('firstGet'), get: worst('get'), firstLoad: worst('firstLoad'), load: worst('load') }
}

/** `filled`: a store that an earlier run has filled. */
export async function measureLists(store: Store, shape: Shape, tasks: number, filled?: Waiting) {
  const catalogue = new Catalogue(VARIANTS, lanes())
  const ids = idSource(1_000, systemClock)
  const { mailStore } = buildMail(store, catalogue, ids, systemClock)
  const { registry } = buildObjects({ store, catalogue, ids, clock: systemClock, mailStore, certificates: new CertificateReader({}), variables: {}, cluster: () => null })
  const permissions = new Set(registry.permissions().map(({ name }) => name))
  const methods = registry.methods()
  const call = async (name: string, args: JsonObject) => {
    const method: Method | undefined = methods.get(name)
    if (!method) throw new Error(`no method ${name}`)
    return method(args, { principal: { accountId: ids.next(), name: 'bench', permissions }, createdIds: new Map() })
  }
  const waiting = filled ?? await fill(store, catalogue, ids, tasks, shape, Date.now())
  // As the node's upkeep does every few seconds.
  await store.maintain()
  return {
    async cases(): Promise<Case[]> {
      const results: Case[] = []
      for (const { label, args } of questions(waiting)) {
        const times: number[] = []
        let total = NaN
        for (let repeat = 0; repeat < REPEATS; repeat++) {
          const start = performance.now()
          const reply = await call('x:Task/query', { limit: PAGE, calculateTotal: true, ...args })
          times.push(performance.now() - start)
          total = Number(reply['total'])
        }
        const [first = NaN] = times
        results.push({ label, first, usual: percentile(times.toSorted((a, b) => a - b), 0.5), total })
      }
      return results
    },
    /** `usual`: the slowest of the later ones, counts in the background included. */
    async load(): Promise<{ readonly first: number; readonly usual: number }> {
      const times: number[] = []
      for (let repeat = 0; repeat < GET_REPEATS; repeat++) {
        const start = performance.now()
        await call('x:ClusterLane/load', {})
        times.push(performance.now() - start)
      }
      const [first = NaN, ...later] = times
      return { first, usual: Math.max(...later) }
    },
    async get(): Promise<{ readonly first: number; readonly usual: number }> {
      const times: number[] = []
      for (let repeat = 0; repeat < GET_ROUNDS * GET_REPEATS; repeat++) {
        const start = performance.now()
        await call('x:Task/get', { ids: waiting.ids.slice(0, IDS) })
        times.push(performance.now() - start)
      }
      const middle = (of: readonly number[]) => percentile(of.toSorted((a, b) => a - b), 0.5)
      return { first: middle(times.slice(0, GET_REPEATS)), usual: middle(times.slice(-GET_REPEATS)) }
    },
  }
}

/** Each filter alone, filters in pairs, both orders in both directions, and a page in the middle. */
function questions({ smallAccount, largeAccount, domain, ids, now }: Waiting): { label: string; args: JsonObject }[] {
  const at = (days: number) => formatDate(now + days * DAY_MS)
  const filters: [string, JsonObject][] = [
    ['all', {}],
    ...VARIANTS.map(({ name }): [string, JsonObject] => [name, { '@type': name }]),
    ...['Pending', 'Retry', 'Failed'].map((status): [string, JsonObject] => [status, { status }]),
    ['due within an hour', { dueIsGreaterThan: at(0), dueIsLessThan: at(1 / 24) }],
    ['due already', { dueIsLessThanOrEqual: at(0) }],
    ['due, nearly all', { dueIsLessThan: at(19.9) }],
    ['account of 10', { accountId: smallAccount }],
    ['large account', { accountId: largeAccount }],
    ['domain', { domainId: domain }],
    ['lane search', { lane: 'search' }],
    ['lane calendar', { lane: 'calendar' }],
    ['running', { running: true }],
    ['not running', { running: false }],
    ['large account, Retry', { accountId: largeAccount, status: 'Retry' }],
    ['large account, IndexDocument', { accountId: largeAccount, '@type': 'IndexDocument' }],
    ['large account, MergeThreads', { accountId: largeAccount, '@type': 'MergeThreads' }],
    ['large account, due already', { accountId: largeAccount, dueIsLessThan: at(0) }],
    ['large account, lane calendar', { accountId: largeAccount, lane: 'calendar' }],
    ['IndexDocument, Pending', { '@type': 'IndexDocument', status: 'Pending' }],
    ['IndexDocument, Failed', { '@type': 'IndexDocument', status: 'Failed' }],
    ['IndexDocument, due already', { '@type': 'IndexDocument', dueIsLessThan: at(0) }],
    ['domain, Failed', { domainId: domain, status: 'Failed' }],
    ['Pending, not running', { status: 'Pending', running: false }],
  ]
  const sorts = [['due', true], ['createdAt', false], ['createdAt', true]] as const
  return [
    ...filters.map(([label, filter]) => ({ label, args: { filter } })),
    ...sorts.flatMap(([property, isAscending]) => filters.map(([label, filter]) => ({
      label: `${label}, by ${property} ${isAscending ? 'up' : 'down'}`, args: { filter, sort: [{ property, isAscending }] },
    }))),
    { label: 'after an anchor in the middle', args: { anchor: ids[Math.floor(ids.length / 2)] ?? '', anchorOffset: 1 } },
  ]
}
