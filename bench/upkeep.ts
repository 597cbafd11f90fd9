/**
 * How fast is the upkeep of one large account, and how much memory does it take? `rota serve` itself, asked by its API, as an
 * operator would: index everything again, count again, purge (half of the mail is in Trash for too long), destroy. On
 * PostgreSQL the index is also made by two nodes: one that is right already, where nothing has to be written, and one that was
 * emptied, where everything has; each beside one node that does the same and is as warm.
 *
 * Database and nodes share the machine. A node indexes one batch after the other: while it reads and analyses one, the
 * database rests, and while the database writes one, the node does. So a second node uses what is free of two
 * cores, as long as nothing else works on them: with the CPU times of both for each message, n and d, two nodes on two cores
 * can do no more than 2 / (n + d), where one node alone does up to 1 / n. That says how many cores there are, not how the nodes
 * get along; so the same is asked of nodes that have SMALL_CORES each, as if each had a machine of its own beside the database's.
 */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { performance } from 'node:perf_hooks'
import type { JsonObject } from '../src/base/json.ts'
import { apiCall, create, update, type Caller } from '../test/support/api-call.ts'
import { limitCpu } from './cpu-limit.ts'
import { cpuSeconds, launch, makeHome, postgresCpuSeconds, type Home, type NodeProcess } from './process.ts'
import { emptyIndex, fillAccount, openStoreOf } from './upkeep-account.ts'
import type { Measure, StoreKind } from './world.ts'

const MESSAGES = 10_000
const MESSAGES_LARGE = 100_000
const PASSWORD = 'benchmark only'
const AGAIN = 'indexing again'
const EMPTIED = 'indexing of what was taken out of the index'
const LOOK_MS = 250
/** Two such nodes leave the database a core of two. */
const SMALL_CORES = 0.5
/** A second node is there, and has got its buckets. */
const JOINED_MS = 8_000

interface Job {
  readonly what: string
  readonly messages: number
  /** Not measured. */
  readonly before?: () => Promise<void>
  readonly work: () => Promise<void>
}

export async function upkeepMeasures(kind: StoreKind, large: boolean): Promise<Measure[]> {
  const messages = large ? MESSAGES_LARGE : MESSAGES
  const home = await makeHome(kind, PASSWORD)
  try {
    const accountId = await prepared(home, messages)
    const node = await launch(home.env)
    const caller = callerOf(node)
    const maintain = (maintenanceType: string) => () => run(caller, { '@type': 'AccountMaintenance', accountId, maintenanceType })
    const jobs: Job[] = [
      { what: 'indexing of what is in no index', messages, work: maintain('reindex') },
      { what: AGAIN, messages, work: maintain('reindex') },
      { what: 'counting again', messages, work: maintain('recalculateQuota') },
      { what: 'purge of half, indexes included', messages: messages / 2, work: async () => {
        await update(caller, 'DataRetention', 'singleton', { expungeTrashAfter: '30d' })
        await maintain('purge')()
      } },
      { what: 'destroying the rest', messages: messages / 2, work: async () => {
        await caller.call([['x:Account/set', { destroy: [accountId] }]])
        await idle(caller)
      } },
    ]
    const [measured, ofTwo]: [Measure[], Measure[]] = [[], []]
    try {
      for (const job of jobs) {
        const { measures, perSecond } = await measure(kind, job, [node])
        measured.push(...measures)
        if (kind !== 'postgres' || job.what !== AGAIN) continue
        const again = { ...job, what: EMPTIED, before: () => emptied(home, accountId) }
        const alone = await measure(kind, again, [node])
        const small = { ...job, what: `${AGAIN}, ${SMALL_CORES} cores` }
        const smallAlone = await measureSmall(kind, small, [node])
        ofTwo.push(...alone.measures, ...smallAlone?.measures ?? [], ...await withASecond(home, node, [
          { job, alone: perSecond }, { job: again, alone: alone.perSecond },
          ...smallAlone ? [{ job: small, alone: smallAlone.perSecond, isSmall: true }] : [],
        ]))
      }
    } finally {
      await node.stop()
    }
    // What only one store is asked comes last.
    return [...measured, ...ofTwo]
  } finally {
    await home.remove()
  }
}

interface Alone { readonly job: Job; readonly alone: number; readonly isSmall?: boolean }
async function withASecond(home: Home, first: NodeProcess, jobs: readonly Alone[]): Promise<Measure[]> {
  const other = await makeHome('sqlite', PASSWORD)
  const second = await launch({ ...home.env, ROTA_DATA_DIR: other.env['ROTA_DATA_DIR'], STALWART_HOSTNAME: 'bench2' })
  try {
    await new Promise(resolve => { setTimeout(resolve, JOINED_MS) })
    const measured: Measure[] = []
    for (const { job, alone, isSmall = false } of jobs) {
      const both = isSmall ? measureSmall : measure
      const { measures, perSecond } = await both('postgres', { ...job, what: `${job.what}, 2 nodes` }, [first, second]) ?? assert.fail('the limit was there before')
      measured.push(...measures, { what: '  so many times as fast as one node', unit: '', value: perSecond / alone })
    }
    return measured
  } finally {
    await second.stop()
    await other.remove()
  }
}

async function prepared(home: Home, messages: number): Promise<string> {
  const node = await launch(home.env)
  const caller = callerOf(node)
  const [domainId = ''] = await create(caller, 'Domain', { name: 'bench.example' })
  const [accountId = ''] = await create(caller, 'Account', { '@type': 'User', name: 'large', domainId })
  await node.stop()
  const store = await openStoreOf(home.env)
  await fillAccount(store, accountId, messages)
  await store.close()
  return accountId
}

/** As when it was lost. */
async function emptied(home: Home, accountId: string): Promise<void> {
  const store = await openStoreOf(home.env)
  await emptyIndex(store, accountId)
  await store.close()
}

function callerOf({ port }: NodeProcess): Caller {
  return { call: (calls, login = { name: 'admin', password: PASSWORD }) => apiCall(port, login, calls) }
}

/** Until the task and all that came of it have ended. */
async function run(caller: Caller, task: Parameters<typeof create>[2]): Promise<void> {
  await create(caller, 'Task', task ?? {})
  await idle(caller)
}

async function idle(caller: Caller): Promise<void> {
  const first = async (filter: JsonObject): Promise<unknown> => {
    const [reply] = await caller.call([['x:Task/query', { filter, limit: 1 }]])
    return Array.isArray(reply?.['ids']) ? reply['ids'][0] : assert.fail(JSON.stringify(reply))
  }
  while (await first({}) !== undefined) {
    assert.equal(await first({ status: 'Failed' }), undefined, 'a task has failed')
    await new Promise(resolve => { setTimeout(resolve, LOOK_MS) })
  }
}

interface Measured { readonly measures: Measure[]; readonly perSecond: number }
async function measure(kind: StoreKind, { what, messages, before: prepare, work }: Job, nodes: readonly NodeProcess[]): Promise<Measured> {
  await prepare?.()
  const pids = nodes.map(node => node.process.pid ?? 0)
  for (const pid of pids) await forgetPeak(pid)
  const ofDatabase = () => kind === 'postgres' ? postgresCpuSeconds() : Promise.resolve(0)
  const cpu = async (): Promise<number> => (await Promise.all(pids.map(cpuSeconds))).reduce((sum, each) => sum + each, 0)
  const [start, before, databaseBefore] = [performance.now(), await cpu(), await ofDatabase()]
  await work()
  const seconds = (performance.now() - start) / 1_000
  const [micros, databaseMicros] = [(await cpu() - before) * 1e6 / messages, (await ofDatabase() - databaseBefore) * 1e6 / messages]
  const peaks = await Promise.all(pids.map(peakOf))
  return {
    perSecond: messages / seconds,
    measures: [
      { what: `upkeep: ${what}`, unit: 'messages/s', value: messages / seconds },
      { what: '  CPU of the nodes for each', unit: 'µs', value: micros },
      // 0 where the store is in the node.
      { what: '  CPU of a database server for each', unit: 'µs', value: databaseMicros },
      { what: '  most memory of a node', unit: 'MiB', value: Math.max(...peaks) },
    ],
  }
}

/** On nodes that have SMALL_CORES each; null where no limit can be set. */
async function measureSmall(kind: StoreKind, job: Job, nodes: readonly NodeProcess[]): Promise<Measured | null> {
  const limit = await limitCpu(nodes.map(node => node.process.pid ?? 0), SMALL_CORES)
  if (limit === null) {
    console.log(`left out, because only root may limit processes: ${job.what}`)
    return null
  }
  try {
    return await measure(kind, job, nodes)
  } finally {
    await limit.lift()
  }
}

/** Linux only, as all of this. */
async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5')
}

/** MiB resident at most, since it was last forgotten. */
async function peakOf(pid: number): Promise<number> {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) / 1_024
}
