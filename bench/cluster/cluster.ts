/** A cluster to measure: one PostgreSQL database, nodes in processes of their own, and what all of them have run. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { assert } from '../../src/base/assert.ts'
import { pause, systemClock } from '../../src/base/clock.ts'
import { idSource, type IdSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Catalogue } from '../../src/engine/catalogue.ts'
import { CURSOR_START } from '../../src/engine/ports/queue.ts'
import type { NewTask } from '../../src/engine/ports/task.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import type { Store } from '../../src/store/store.ts'
import { sharedPostgres } from '../../test/support/postgres.ts'
import { CLUSTER_LANES, PROBE_LANE, probeCatalogue } from '../world.ts'
import type { Report, Run } from './report.ts'

const NODE = fileURLToPath(new URL('./node-main.ts', import.meta.url))
const LOOK_EVERY_MS = 20
const SETTLED_MS_MAX = 60_000
export const ACCOUNTS = 1_000
export const account = (index: number): string => `account/${index % ACCOUNTS}`

/** What has run since it was made. */
export interface Tally { ran: number; readonly runs: (Run & { readonly node: string })[] }

export class BenchCluster {
  readonly url: string
  /** That of a node without duties: where tasks are created. */
  readonly store: Store
  /** For what no port gives: filling and sizes. */
  readonly sql: pg.Client
  readonly catalogue: Catalogue = probeCatalogue({ ran: () => {} }, CLUSTER_LANES)
  readonly ids: IdSource = idSource(1_000, systemClock)
  readonly #nodes = new Map<string, BenchClusterNode>()
  #tally: Tally = { ran: 0, runs: [] }

  private constructor(url: string, store: Store, sql: pg.Client) {
    this.url = url
    this.store = store
    this.sql = sql
  }

  static async open(nodes: number): Promise<BenchCluster> {
    const url = await (await sharedPostgres()).freshDatabase()
    const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
    const sql = new pg.Client(url)
    await sql.connect()
    const cluster = new BenchCluster(url, store, sql)
    for (let index = 1; index <= nodes; index++) cluster.join(`node-${index}`)
    await cluster.settled()
    return cluster
  }

  /** Starts a process and waits for nothing. */
  join(name: string): BenchClusterNode {
    let ranBefore = 0
    const node = new BenchClusterNode(name, this.url, report => {
      this.#tally.ran += report.ran - ranBefore
      ranBefore = report.ran
      for (const run of report.runs) this.#tally.runs.push({ ...run, node: name })
    }, () => { this.#nodes.delete(name) })
    this.#nodes.set(name, node)
    return node
  }

  /** Counts from now on. */
  tally(): Tally {
    this.#tally = { ran: 0, runs: [] }
    return this.#tally
  }

  node(name: string): BenchClusterNode {
    const node = this.#nodes.get(name)
    assert(node, `no node ${name}`)
    return node
  }

  /** No task is due: the outcomes of all that were are written. */
  async drained(): Promise<boolean> {
    const cursors = Array.from({ length: PROBE_LANE.buckets }, (_, bucket) => ({ bucket, band: 0 as const, ...CURSOR_START }))
    const { rows } = await this.store.queue.fetch(PROBE_LANE.name, cursors, 1)
    return rows.length === 0
  }

  /** Looks often; rejects when it takes too long. */
  async until(holds: () => boolean | Promise<boolean>, what: string, withinMs: number): Promise<void> {
    const endMs = systemClock.monotonicMs() + withinMs
    while (!await holds()) {
      if (systemClock.monotonicMs() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`)
      await pause(systemClock, LOOK_EVERY_MS)
    }
  }

  /** Every bucket is held, and as many by each node. */
  settled(): Promise<void> {
    const { buckets } = PROBE_LANE
    const share = Math.floor(buckets / this.#nodes.size)
    return this.until(async () => {
      const held = await this.held()
      return held.size === this.#nodes.size && [...held.values()].every(({ length }) => length >= share)
        && [...held.values()].flat().length === buckets
    }, 'every node has its share', SETTLED_MS_MAX)
  }

  /** The buckets that each node holds, by its name. */
  async held(): Promise<Map<string, number[]>> {
    const { nodes, leases } = await this.store.leases.view()
    const names = new Map(nodes.map(node => [node.incarnation, node.hostname]))
    const held = new Map<string, number[]>()
    for (const { lane, bucket, holder } of leases) {
      const name = holder === null ? undefined : names.get(holder)
      if (name !== undefined && lane === PROBE_LANE.name) held.set(name, [...held.get(name) ?? [], bucket])
    }
    return held
  }

  /** Tasks that are due now, each with the word. */
  tasks(count: number, from: number, word: string): NewTask[] {
    const now = systemClock.now() - 1
    return Array.from({ length: count }, (_, index) =>
      this.catalogue.row({ variant: 'Probe', payload: { word, accountId: account(from + index) } }, this.ids, now))
  }

  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map(node => node.stop()))
    await this.sql.end()
    await this.store.close()
  }
}

export class BenchClusterNode {
  readonly name: string
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>

  constructor(name: string, url: string, told: (report: Report) => void, gone: () => void) {
    this.name = name
    this.#child = fork(NODE, [url, name])
    this.#child.on('message', message => { told(message as Report) })
    this.#exited = once(this.#child, 'exit').then(gone)
  }

  /** A planned end: resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.send('stop')
    await this.#exited
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exited
  }
}
