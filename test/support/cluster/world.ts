/**
 * A cluster for a scenario: node processes on a database of their own, with a witness in each of them and one in the
 * database. The scenario makes work and trouble; at the end `verdict` stops the nodes and judges what happened.
 */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { systemClock } from '../../../src/base/clock.ts'
import { idSource, NODE_NUMBER_MAX, type Id } from '../../../src/base/ids.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import { silentLog } from '../../../src/base/log.ts'
import { Catalogue } from '../../../src/engine/catalogue.ts'
import type { NewTask } from '../../../src/engine/ports/task.ts'
import type { TaskDraft } from '../../../src/engine/task-variant.ts'
import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import { newRow } from '../../../src/store/queue/task-row.ts'
import { taskColumns } from '../../../src/store/sql/task-columns.ts'
import type { Store } from '../../../src/store/store.ts'
import { VARIANTS } from '../../../src/tasks/catalogue.ts'
import { lanes } from '../../../src/tasks/lanes.ts'
import { create, update } from '../api-call.ts'
import { NodeProcess } from '../node-process.ts'
import { eventually, startServer, type TestServer } from '../server.ts'
import { Witness, type Evidence } from './evidence.ts'
import { judge } from './verdict.ts'
import { runsOf, type Run } from './witnessed.ts'

const PRELOAD = new URL('witness.ts', import.meta.url)
/** Only to end a test that would wait for ever. A poison task takes three lives, each of them a lease long. */
const UNTIL_MS_MAX = 180_000
/** Of the process $1. */
const INCARNATIONS = 'select incarnation from witness.life where process = $1 and kind = \'joined\''
export const LANE = 'search'
export const NO_DUTY = { '@type': 'DisableAll' }
export const NO_LISTENER = { '@type': 'DisableAll' }
export const EVERY_LISTENER = { '@type': 'EnableAll' }

/** A role's name and what it enables. */
export type Roles = Readonly<Record<string, { readonly tasks: JsonObject; readonly listeners: JsonObject }>>
export interface WorldOptions {
  readonly roles: Roles
  /** How often a task is tried again. */
  readonly maxAttempts: number
  /** Through the API of a node that is gone before the cluster starts. */
  readonly prepare?: (seed: TestServer) => Promise<unknown>
}
interface StartOptions {
  readonly role: string
  /** In place of the database's own: that of a proxy. */
  readonly port?: number
}
/** A node of the cluster, in its present or last process. */
export interface Member { readonly process: string; readonly node: NodeProcess }

export class ClusterWorld implements AsyncDisposable {
  readonly url: string
  readonly witness: Witness
  readonly store: Store
  /** By name. */
  readonly roleIds: ReadonlyMap<string, Id>
  readonly catalogue = new Catalogue(VARIANTS, lanes())
  readonly ids = idSource(NODE_NUMBER_MAX, systemClock)
  readonly #members: Member[] = []
  #launched = 0

  /** On an empty database. */
  static async on(url: string, { roles, maxAttempts, prepare }: WorldOptions): Promise<ClusterWorld> {
    await using seed = await startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: 'seed' } })
    const bodies = Object.entries(roles).map(([name, role]) => ({ name, ...role }))
    const ids = await create(seed, 'ClusterRole', ...bodies)
    await update(seed, 'TaskManager', 'singleton', { maxAttempts, strategy: { '@type': 'FixedDelay', delay: 1 } })
    await prepare?.(seed)
    await seed.stop()
    return await ClusterWorld.at(url, new Map(bodies.map(({ name }, index) => [name, ids[index] ?? ''])))
  }

  /** On a database that is prepared already; what is in it from before has no witness. */
  static async at(url: string, roleIds: ReadonlyMap<string, Id> = new Map()): Promise<ClusterWorld> {
    const store = await openPostgresStore({ url, clock: systemClock, log: silentLog })
    return new ClusterWorld(url, await Witness.of(url), store, roleIds)
  }

  private constructor(url: string, witness: Witness, store: Store, roleIds: ReadonlyMap<string, Id>) {
    this.url = url
    this.witness = witness
    this.store = store
    this.roleIds = roleIds
  }

  /** A process that runs. */
  async start(name: string, options: StartOptions): Promise<Member> {
    const member = await this.launch(name, options)
    await member.node.running()
    return member
  }

  /** Does not wait until it runs. */
  async launch(name: string, { role, port }: StartOptions): Promise<Member> {
    const process = `${name}.${++this.#launched}`
    const url = new URL(this.url)
    url.searchParams.set('application_name', process)
    if (port !== undefined) url.port = String(port)
    const node = await NodeProcess.launch({ name, preload: PRELOAD, variables: { DATABASE_URL: url.href, STALWART_ROLE: role } })
    const member = { process, node }
    this.#members.push(member)
    return member
  }

  /** Ordering keys whose buckets this process holds just now. */
  async keysOf({ process }: Member, count: number): Promise<Id[]> {
    const { leases } = await this.store.leases.view()
    const mine = new Set(await this.#incarnations(process))
    const held = new Set(leases.filter(({ lane, holder }) => lane === LANE && mine.has(holder ?? '')).map(({ bucket }) => bucket))
    assert.ok(held.size > 0, `${process} holds no bucket`)
    const keys: Id[] = []
    while (keys.length < count) {
      const key = this.ids.next()
      if (held.has(this.catalogue.bucketOf(LANE, key))) keys.push(key)
    }
    return keys
  }

  /** Of each key so many documents to index, none of which exists: there is nothing to do but to be run. */
  async backlog(keys: readonly Id[], each: number): Promise<Id[]> {
    return this.make(keys.flatMap(accountId => Array.from({ length: each }, () => this.#task(accountId))))
  }

  async make(drafts: readonly TaskDraft[]): Promise<Id[]> {
    const rows = this.#rows(drafts)
    await this.store.transact(tx => tx.tasks.insert(rows))
    return rows.map(({ id }) => id)
  }

  /** As `backlog`, but nobody hears of it: the hints are lost. */
  async unheard(keys: readonly Id[]): Promise<Id[]> {
    const rows = this.#rows(keys.map(accountId => this.#task(accountId)))
    for (const row of rows) {
      const columns = Object.entries(taskColumns(newRow(row, row.due)))
      const [names, places] = [columns.map(([name]) => name), columns.map((_, index) => `$${index + 1}`)]
      await this.witness.ask(`insert into task (${names.join()}) values (${places.join()})`, columns.map(([, value]) => value))
    }
    return rows.map(({ id }) => id)
  }

  /** Until a condition of SQL holds. It is looked at some 20 times a second, and a database that is away has to come back. */
  async until(condition: string, what: string, values: readonly unknown[] = []): Promise<void> {
    await eventually(async () => {
      try {
        const [row] = await this.witness.ask<{ holds: boolean }>(`select (${condition}) as holds, pg_sleep(0.05)`, values)
        return row?.holds
      } catch (error) {
        // SQLSTATE classes 08 and 57, and sockets: it is just being started again.
        if (isAway(error)) return false
        throw error
      }
    }, what, UNTIL_MS_MAX)
  }

  /** Until every task has an outcome. */
  settled(): Promise<void> {
    return this.until('not exists (select from task where status <> \'Failed\')', 'every task has an outcome')
  }

  /** Until this process holds so many buckets of the lane, or more. */
  holds({ process }: Member, least = 1): Promise<void> {
    const count = `select count(*) from lease where lane = '${LANE}' and holder in (${INCARNATIONS})`
    return this.until(`(${count}) >= $2`, `${process} holds ${least} buckets`, [process, least])
  }

  /** Stops every node in order, and judges; prints what there is to say. The runs are in the order of their starts. */
  async verdict(t: TestContext): Promise<{ evidence: Evidence; runs: readonly Run[] }> {
    for (const { node } of this.#members) if (!node.over) assert.deepEqual(await node.stop(), { code: 0, signal: null }, node.name)
    const runs = this.#members.flatMap(({ process, node }) => runsOf(process, node)).sort((one, other) => one.startedAt - other.startedAt)
    const evidence = await this.witness.evidence()
    const { broken, tasks, repeated } = judge(evidence, runs)
    t.diagnostic(`${tasks} tasks, ${repeated} repeated executions (those of the halves of a batch that failed are among them)`)
    assert.deepEqual(broken, [])
    return { evidence, runs }
  }

  #task(accountId: Id): TaskDraft {
    return { variant: 'IndexDocument', payload: { accountId, documentId: this.ids.next(), documentType: 'email' } }
  }

  /** Those of one account have one key, as older versions gave them: else there would be no order to keep. */
  #rows(drafts: readonly TaskDraft[]): NewTask[] {
    return drafts.map(draft => {
      const row = this.catalogue.row(draft, this.ids, systemClock.now())
      const orderingKey = row.accountId ?? row.orderingKey
      return { ...row, orderingKey, bucket: this.catalogue.bucketOf(row.lane, orderingKey) }
    })
  }

  async #incarnations(process: string): Promise<string[]> {
    const rows = await this.witness.ask<{ incarnation: string }>(INCARNATIONS, [process])
    return rows.map(row => row.incarnation)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { node } of this.#members) await node[Symbol.asyncDispose]()
    await this.store.close()
    await this.witness[Symbol.asyncDispose]()
  }
}

function isAway(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(08|57)|^E[A-Z]+$/.test(code) || (error instanceof Error && error.message.startsWith('Connection terminated'))
}
