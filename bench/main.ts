/**
 * `npm run bench [-- sqlite|postgres] [-- queue|mail|lists|http|process|console|upkeep|cluster] [-- large]`: prints what was measured as a
 * table, then as one line of JSON. Without a word all of it, which takes some twenty minutes, most of them for the lists
 * (four times a million tasks have to get in) and the cluster (PostgreSQL only). `large`: the cluster with
 * five million tasks waiting too, upkeep of an account with 100,000 messages instead of 10,000, and as many spam samples. Runs are not comparable across machines; compare two versions in one session.
 */
import { availableParallelism, cpus } from 'node:os'
import Table from 'cli-table3'
import { postgresMissing, stopSharedPostgres } from '../test/support/postgres.ts'
import { clusterMeasures } from './cluster/measures.ts'
import { consoleMeasures } from './console/console.ts'
import { httpRates, type Rate } from './http.ts'
import { listTimes } from './lists.ts'
import { mailRates } from './mail.ts'
import { processFacts } from './process.ts'
import { drainRate, enqueueRates, pickupLatency } from './queue.ts'
import { receivedRates } from './received.ts'
import { spamMeasures } from './spam.ts'
import { upkeepMeasures } from './upkeep.ts'
import type { Measure, StoreKind } from './world.ts'

const KINDS = ['sqlite', 'postgres'] as const
const SECTIONS: Readonly<Record<string, (kind: StoreKind) => Promise<Measure[]>>> = { queue, mail, lists, http, process: start, console: consoleMeasures, upkeep, cluster }
const LARGE = 'large'
const SPAM_SAMPLES = { usual: 10_000, large: 100_000 }

const asked = process.argv.slice(2)
const unknown = asked.find(word => !KINDS.some(kind => kind === word) && !Object.hasOwn(SECTIONS, word) && word !== LARGE)
if (unknown !== undefined) throw new Error(`${unknown} is none of ${[...KINDS, ...Object.keys(SECTIONS), LARGE].join(', ')}`)
const results: Partial<Record<StoreKind, Measure[]>> = {}
for (const kind of wanted(KINDS)) {
  const missing = kind === 'postgres' ? postgresMissing() : false
  if (missing) {
    console.log(`postgres left out: ${missing}`)
    continue
  }
  const measured: Measure[] = []
  for (const name of wanted(Object.keys(SECTIONS))) measured.push(...await SECTIONS[name]?.(kind) ?? [])
  results[kind] = measured
}
await stopSharedPostgres()
print()

/** Those that were named, or all when none was. */
function wanted<Word extends string>(words: readonly Word[]): readonly Word[] {
  const named = words.filter(word => asked.includes(word))
  return named.length > 0 ? named : words
}

async function queue(kind: StoreKind): Promise<Measure[]> {
  const drain = await drainRate(kind)
  const enqueue = await enqueueRates(kind)
  const pickup = await pickupLatency(kind)
  return [
    { what: 'drain of 100,000 no-op tasks', unit: 'tasks/s', value: drain },
    { what: 'enqueue, one a transaction, 1 client', unit: 'tasks/s', value: enqueue.single },
    { what: 'enqueue, one a transaction, 20 clients', unit: 'tasks/s', value: enqueue.clients20 },
    { what: 'enqueue, 1,000 a transaction', unit: 'tasks/s', value: enqueue.bulk },
    { what: 'pickup of a due task, idle, p50', unit: 'ms', value: pickup.p50 },
    { what: 'pickup of a due task, idle, p99', unit: 'ms', value: pickup.p99 },
  ]
}

async function mail(kind: StoreKind): Promise<Measure[]> {
  const { delivered, indexed } = await mailRates(kind)
  const { plain, traced } = await receivedRates(kind)
  return [
    { what: 'messages of 3 kB delivered', unit: 'messages/s', value: delivered },
    { what: 'messages of 3 kB indexed', unit: 'messages/s', value: indexed },
    { what: 'messages of 3 kB by SMTP from 4 clients, without traces', unit: 'messages/s', value: plain },
    { what: 'messages of 3 kB by SMTP from 4 clients, traces written', unit: 'messages/s', value: traced },
    ...await spamMeasures(kind, asked.includes(LARGE) ? SPAM_SAMPLES.large : SPAM_SAMPLES.usual),
  ]
}

async function lists(kind: StoreKind): Promise<Measure[]> {
  const { first, slowest, middle, get, firstGet, firstLoad, load } = await listTimes(kind)
  return [
    { what: 'list of 1 M tasks, first page and total, middle filter', unit: 'ms', value: middle },
    { what: 'the same, slowest filter', unit: 'ms', value: slowest },
    { what: 'the same, slowest filter, asked for the first time', unit: 'ms', value: first },
    { what: 'get of 500 tasks of 1 M', unit: 'ms', value: get },
    { what: 'the same, the first that a process answers', unit: 'ms', value: firstGet },
    { what: 'load of all lanes with 1 M tasks, slowest', unit: 'ms', value: load },
    { what: 'the same, asked for the first time', unit: 'ms', value: firstLoad },
  ]
}

async function http(kind: StoreKind): Promise<Measure[]> {
  const { bare, echo, getByPassword, getByKey } = await httpRates(kind)
  const both = (what: string, { perSecond, cpuMicros }: Rate): Measure[] => [
    { what: `HTTP: ${what}`, unit: 'requests/s', value: perSecond },
    { what: '  CPU of the server for each', unit: 'µs', value: cpuMicros },
  ]
  return [
    ...both('bare node:http, for comparison', bare), ...both('Core/echo, password', echo),
    ...both('x:Task/get of one, password', getByPassword), ...both('x:Task/get of one, API key', getByKey),
  ]
}

async function start(kind: StoreKind): Promise<Measure[]> {
  const { firstStartMs, startMs, startCpuMs, idleMiB } = await processFacts(kind)
  return [
    { what: 'first start', unit: 'ms', value: firstStartMs },
    { what: 'start', unit: 'ms', value: startMs },
    { what: 'processor time of a start', unit: 'ms', value: startCpuMs },
    { what: 'resident when idle', unit: 'MiB', value: idleMiB },
  ]
}

function upkeep(kind: StoreKind): Promise<Measure[]> {
  return upkeepMeasures(kind, asked.includes(LARGE))
}

async function cluster(kind: StoreKind): Promise<Measure[]> {
  return kind === 'postgres' ? clusterMeasures(asked.includes(LARGE)) : []
}

function print(): void {
  const stores = Object.keys(results) as StoreKind[]
  const table = new Table({ head: ['', 'unit', ...stores], colAligns: ['left', 'left', 'right', 'right'] })
  // The questions that only one store is asked come last.
  const [rows = []] = Object.values(results).toSorted((a, b) => b.length - a.length)
  for (const [index, { what, unit }] of rows.entries()) table.push([what, unit, ...stores.map(kind => rounded(results[kind]?.[index]?.value))])
  console.log(table.toString())
  console.log(JSON.stringify({ cores: availableParallelism(), cpu: cpus()[0]?.model ?? null, node: process.version, results }))
}

function rounded(value = NaN): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1)
}
