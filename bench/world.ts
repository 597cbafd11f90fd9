/** What every question of the benchmark starts from: a store in an empty folder or database, and one node with no-op work. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as f from '../src/base/fields.ts'
import { systemClock } from '../src/base/clock.ts'
import { idSource, type IdSource } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import { systemRandom } from '../src/base/random.ts'
import { Catalogue } from '../src/engine/catalogue.ts'
import { EngineNode } from '../src/engine/cluster/node.ts'
import type { Lane } from '../src/engine/lane.ts'
import { LEASE_TIMES } from '../src/engine/lease/lease.ts'
import type { NewTask } from '../src/engine/ports/task.ts'
import { RETRY_DEFAULTS } from '../src/base/retry-plan.ts'
import { taskDefiner, type AnyVariant } from '../src/engine/task-variant.ts'
import { LiveSource } from '../src/server/live.ts'
import { LiveChanges } from '../src/services/live/live-changes.ts'
import { openPostgresStore } from '../src/store/postgres/store.ts'
import { openSqliteStore } from '../src/store/sqlite/store.ts'
import type { Store } from '../src/store/store.ts'
import { sharedPostgres } from '../test/support/postgres.ts'

export type StoreKind = 'sqlite' | 'postgres'
export interface Measure { readonly what: string; readonly unit: string; readonly value: number }
export interface BenchStore { readonly kind: StoreKind; readonly store: Store; close(): Promise<void> }

export async function openBenchStore(kind: StoreKind): Promise<BenchStore> {
  if (kind === 'postgres') {
    const store = await openPostgresStore({ url: await (await sharedPostgres()).freshDatabase(), clock: systemClock, log: silentLog })
    return { kind, store, close: () => store.close() }
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-bench-'))
  const store = await openSqliteStore({ dataDir, clock: systemClock })
  return { kind, store, async close() {
    await store.close()
    await rm(dataDir, { recursive: true, force: true })
  } }
}

/** Every task that ran, told to whoever listens. */
export interface Probe { ran: (word: string, account: string) => void }

/** With an account, as nearly every task has one: its index is written too. */
const fields = { word: f.string('Any word.'), accountId: f.string('Ordering key.') }

export const PROBE_LANE: Lane = { name: 'probe', duty: 'probing', buckets: 64, legacyKey: null, sharding: 'none' }
/** Who has the scheduler's lane does the chores. */
export const CLUSTER_LANES: readonly Lane[] = [
  PROBE_LANE, { name: 'scheduler', duty: 'taskScheduler', buckets: 1, legacyKey: null, sharding: 'none' },
]

export function probeCatalogue(probe: Probe, lanes: readonly Lane[] = [PROBE_LANE]): Catalogue {
  const variant = taskDefiner(['probing']).task({
    name: 'Probe', label: 'Probe', doc: 'Does nothing.', duty: 'probing', lane: PROBE_LANE.name, fields, creatable: true,
    orderingKey: task => task.accountId, history: 'countSuccesses',
    limits: { runMsMax: 60_000, concurrencyPerNode: 4, batchMax: 500 },
    runBatch: async tasks => tasks.map(task => {
      probe.ran(task.word, task.accountId)
      return { kind: 'done' as const }
    }),
    classify: error => ({ kind: 'retry', why: String(error) }),
  })
  return new Catalogue([variant as AnyVariant], lanes)
}

export interface BenchNode { readonly node: EngineNode; readonly ids: IdSource; tasks(count: number, word: (index: number) => string): NewTask[] }

export function benchNode({ store }: BenchStore, catalogue: Catalogue): BenchNode {
  // As a server has it: what runs do is told to those who look on.
  const live = new LiveSource(store.wakeups, new LiveChanges('bench', systemClock), systemClock)
  const node = new EngineNode({
    store, catalogue, clock: systemClock, random: systemRandom, log: silentLog, times: LEASE_TIMES,
    runDeps: {}, chores: [], settings: () => RETRY_DEFAULTS, hostname: 'bench', version: 'bench', alone: true,
    nodeState: () => ({ role: null, duties: ['probing'], pushShard: null, draining: false, info: {} }), onlooker: live,
  })
  const ids = idSource(1_000, systemClock)
  return {
    node, ids,
    tasks: (count, word) => Array.from({ length: count }, (_, index) =>
      catalogue.row({ variant: 'Probe', payload: { word: word(index), accountId: `account/${index % 1_000}` } }, ids, systemClock.now() - 1)),
  }
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? NaN
}
