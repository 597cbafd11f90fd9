/** One node (or several) on one store with a virtual clock, and a probe variant: what engine tests are made of. */
import type { Clock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom } from '../../src/base/random.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import type { Onlooker } from '../../src/engine/cluster/incarnation.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import type { Lane } from '../../src/engine/lane.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import type { NodeState } from '../../src/engine/ports/node.ts'
import type { TaskRow } from '../../src/engine/ports/task.ts'
import { RETRY_DEFAULTS, type RetrySettings } from '../../src/base/retry-plan.ts'
import type { AnyVariant } from '../../src/engine/task-variant.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store } from '../../src/store/store.ts'

export const PROBE_LANE: Lane = { name: 'probe', duty: 'probing', buckets: 8, legacyKey: null, sharding: 'none' }
const SCHEDULER_LANE: Lane = { name: 'scheduler', duty: 'scheduling', buckets: 1, legacyKey: null, sharding: 'none' }
export const ALL_DUTIES = ['probing', 'scheduling']

interface NodeOptions {
  readonly settings?: () => RetrySettings
  readonly duties?: () => readonly string[]
  readonly nodeId?: number
  /** In place of the world's. */
  readonly store?: Store
  readonly clock?: Clock
  readonly onlooker?: Onlooker
}

export interface World {
  readonly clock: VirtualClock
  readonly store: Store
  readonly catalogue: Catalogue
  /** A node that has not started; settings and duties may be changed while it runs. */
  node(hostname: string, options?: NodeOptions): EngineNode
  enqueue(payload: JsonObject, options?: { variant?: string; due?: number; band?: 0 | 1 }): Promise<string>
  row(id: string): Promise<TaskRow | undefined>
}

export async function world(variants: readonly AnyVariant[]): Promise<World> {
  const clock = new VirtualClock()
  const store = await openMemoryStore({ clock })
  const catalogue = new Catalogue(variants, [PROBE_LANE, SCHEDULER_LANE])
  const ids = idSource(1_023, clock)
  return {
    clock, store, catalogue,
    node(hostname, options = {}) {
      const nodeState = (): NodeState => ({ role: null, duties: options.duties?.() ?? ALL_DUTIES, pushShard: null, draining: false, info: {} })
      return new EngineNode({
        store: options.store ?? store, clock: options.clock ?? clock,
        catalogue, random: seededRandom(hostname.length), log: silentLog, times: LEASE_TIMES,
        runDeps: {}, chores: [], settings: options.settings ?? (() => RETRY_DEFAULTS), nodeState, hostname, nodeId: options.nodeId ?? null, version: 'test', alone: false,
        ...(options.onlooker ? { onlooker: options.onlooker } : {}),
      })
    },
    async enqueue(payload, { variant = 'Probe', due, band } = {}) {
      const draft = { variant, payload, ...(due === undefined ? {} : { due }), ...(band === undefined ? {} : { band }) }
      const row = catalogue.row(draft, ids, clock.now())
      const [reply] = await store.transact(tx => tx.tasks.insert([row]))
      return reply?.id ?? row.id
    },
    async row(id) {
      return (await store.read(tx => tx.tasks.get([id])))[0]
    },
  }
}
