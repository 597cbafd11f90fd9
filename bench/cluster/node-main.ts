/**
 * One node of the benchmark's cluster, in a process of its own: the engine, a store, no-op tasks, and the upkeep that a
 * real node does. `fork(node-main.ts, [url, name])`; it sends reports, and stops when it is told or when nobody listens.
 */
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { systemRandom } from '../../src/base/random.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { RETRY_DEFAULTS } from '../../src/base/retry-plan.ts'
import { chores } from '../../src/server/chores.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { CLUSTER_LANES, probeCatalogue } from '../world.ts'
import { machineMs, REPORT_EVERY_MS, type Report, type Run } from './report.ts'

const [url = '', hostname = ''] = process.argv.slice(2)
let ran = 0
let runs: Run[] = []
const catalogue = probeCatalogue({ ran(word, account) {
  ran += 1
  if (word !== '') runs.push({ createdMs: Number(word), startedMs: machineMs(), account })
} }, CLUSTER_LANES)
const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
const node = new EngineNode({
  store, catalogue, clock: systemClock, random: systemRandom, log: silentLog, times: LEASE_TIMES, runDeps: {},
  chores: chores({ store, catalogue, ids: { next: () => node.ids.next() } }), settings: () => RETRY_DEFAULTS, hostname, version: 'bench', alone: false,
  nodeState: () => ({
    role: null, duties: [...catalogue.lanes.values()].map(lane => lane.duty), pushShard: null,
    draining: node.phase === 'draining', info: {},
  }),
})
let told = 0
let stopping: Promise<void> | null = null
const reports = setInterval(report, REPORT_EVERY_MS)
process.once('message', () => { stopping ??= stop() })
process.once('disconnect', () => { stopping ??= stop() })
await node.start()

async function stop(): Promise<void> {
  await node.stop()
  clearInterval(reports)
  report()
  await store.close()
  if (process.connected) process.disconnect?.()
}

function report(): void {
  if (ran === told || !process.connected) return
  const news: Report = { ran, runs }
  told = ran
  runs = []
  process.send?.(news)
}
