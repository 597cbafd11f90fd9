/** Questions about the queue: how fast does a backlog drain, how fast do tasks get in, how soon does a due task start? */
import { performance } from 'node:perf_hooks'
import type { NewTask } from '../src/engine/ports/task.ts'
import { benchNode, openBenchStore, percentile, probeCatalogue, type StoreKind } from './world.ts'

const DRAIN_TASKS = 100_000
const SINGLE_TASKS = 2_000
const BULK_TASKS = 50_000
const BULK_SIZE = 1_000
const PICKUPS = 300

/** Tasks a second, from the start of a node until the backlog has run and its rows are gone. */
export async function drainRate(kind: StoreKind): Promise<number> {
  const bench = await openBenchStore(kind)
  let left = DRAIN_TASKS
  const empty = Promise.withResolvers<void>()
  const { node, tasks } = benchNode(bench, probeCatalogue({ ran: () => { if (--left === 0) empty.resolve() } }))
  const rows = tasks(DRAIN_TASKS, index => `t${index}`)
  for (let at = 0; at < rows.length; at += BULK_SIZE) await bench.store.transact(tx => tx.tasks.insert(rows.slice(at, at + BULK_SIZE)))
  const start = performance.now()
  await node.start()
  await empty.promise
  await node.stop()
  const seconds = (performance.now() - start) / 1_000
  const rest = await bench.store.read(tx => tx.tasks.count({}))
  if (rest !== 0) throw new Error(`${rest} tasks left`)
  await bench.close()
  return DRAIN_TASKS / seconds
}

/** Tasks a second: one transaction each and one client; the same with 20 clients; and 1,000 a transaction. */
export async function enqueueRates(kind: StoreKind): Promise<{ single: number; clients20: number; bulk: number }> {
  const bench = await openBenchStore(kind)
  const { tasks } = benchNode(bench, probeCatalogue({ ran: () => {} }))
  const put = (rows: readonly NewTask[]) => bench.store.transact(tx => tx.tasks.insert(rows))
  const single = await rate(SINGLE_TASKS, async () => {
    for (const row of tasks(SINGLE_TASKS, index => `s${index}`)) await put([row])
  })
  const clients20 = await rate(SINGLE_TASKS, async () => {
    const rows = tasks(SINGLE_TASKS, index => `c${index}`)
    await Promise.all(Array.from({ length: 20 }, async () => {
      for (let row = rows.pop(); row; row = rows.pop()) await put([row])
    }))
  })
  const bulk = await rate(BULK_TASKS, async () => {
    const rows = tasks(BULK_TASKS, index => `b${index}`)
    for (let at = 0; at < rows.length; at += BULK_SIZE) await put(rows.slice(at, at + BULK_SIZE))
  })
  await bench.close()
  return { single, clients20, bulk }
}

/** Ms from the call that enqueues to the start of the run, on a node that has nothing else to do. */
export async function pickupLatency(kind: StoreKind): Promise<{ p50: number; p99: number }> {
  const bench = await openBenchStore(kind)
  let arrived: () => void = () => {}
  const { node, tasks } = benchNode(bench, probeCatalogue({ ran: () => { arrived() } }))
  await node.start()
  const latencies: number[] = []
  for (let index = 0; index < PICKUPS + 20; index++) {
    const rows = tasks(1, () => `p${index}`)
    const ran = new Promise<void>(resolve => { arrived = resolve })
    const start = performance.now()
    await bench.store.transact(tx => tx.tasks.insert(rows))
    await ran
    // The first ones wait for leases and warm caches.
    if (index >= 20) latencies.push(performance.now() - start)
    await new Promise(resolve => { setTimeout(resolve, 10) })
  }
  await node.stop()
  await bench.close()
  latencies.sort((a, b) => a - b)
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return count / ((performance.now() - start) / 1_000)
}
