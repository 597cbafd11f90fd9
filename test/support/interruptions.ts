/**
 * Plays one task to its end on engine nodes in virtual time: once undisturbed, then with an interruption at each call that
 * its services make to the store. However it went, what is stored at the end must be the same.
 *
 * | interruption | what happens at the call |
 * |---|---|
 * | killedBefore | the process is gone before the transaction commits; another one takes over |
 * | killedAfter | it is gone after the commit, and has never heard of it |
 * | sleptBefore, sleptAfter | it sleeps past its lease while another takes over, and then goes on where it was |
 * | cancelled | the task is pinned, then rescheduled by an administrator: the run is told to stop, and comes again |
 */
import assert from 'node:assert/strict'
import { pause } from '../../src/base/clock.ts'
import { idSource, type Id, type IdSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom } from '../../src/base/random.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import { RETRY_DEFAULTS } from '../../src/base/retry-plan.ts'
import type { TaskDraft } from '../../src/engine/task-variant.ts'
import { buildMail, type Mail } from '../../src/server/mail.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { DUTIES } from '../../src/tasks/define.ts'
import { lanes } from '../../src/tasks/lanes.ts'

export const INTERRUPTIONS = ['killedBefore', 'killedAfter', 'sleptBefore', 'sleptAfter', 'cancelled'] as const
type Interruption = (typeof INTERRUPTIONS)[number]

export interface World extends Mail {
  readonly store: Store
  readonly clock: VirtualClock
  readonly ids: IdSource
}

export interface Work {
  /** What is there when the task comes, the same each time; returns the task. */
  prepare(world: World): Promise<TaskDraft>
  /** What must be the same at the end. */
  state(world: World): Promise<unknown>
}

const CATALOGUE = new Catalogue(VARIANTS, lanes())
/** A retry may come in between. */
const END_MS_MAX = 1_800_000
/** Longer than a run may take before it is pinned and its holder hears of requests. */
const PINNED_MS = 4_000
const ASLEEP_MS = 3 * LEASE_TIMES.ttlMs
const LOOK_MS = 500

/** Returns at how many calls it was interrupted, in each of the ways. */
export async function sameEndHowever(work: Work): Promise<number> {
  const undisturbed = await new Trial(work, null, Infinity).play()
  assert.ok(undisturbed.calls > 0, 'the task has asked the store nothing')
  for (const interruption of INTERRUPTIONS) {
    for (let call = 1; call <= undisturbed.calls; call++) {
      const { end, calls } = await new Trial(work, interruption, call).play()
      assert.ok(calls >= call, `${interruption}: there was no call ${call}`)
      assert.deepEqual(end, undisturbed.end, `${interruption} at call ${call} of ${undisturbed.calls}`)
    }
  }
  return undisturbed.calls
}

class Trial {
  readonly #work: Work
  readonly #interruption: Interruption | null
  readonly #at: number
  readonly #clock = new VirtualClock()
  #calls = 0
  #struck = false
  #taskId: Id = ''

  constructor(work: Work, interruption: Interruption | null, at: number) {
    this.#work = work
    this.#interruption = interruption
    this.#at = at
  }

  async play(): Promise<{ readonly end: unknown; readonly calls: number }> {
    const clock = this.#clock
    const store = await openMemoryStore({ clock })
    const ids = idSource(7, clock)
    const world = { store, clock, ids, ...buildMail(store, CATALOGUE, ids, clock) }
    const row = CATALOGUE.row(await this.#work.prepare(world), ids, clock.now())
    this.#taskId = row.id
    await store.transact(tx => tx.tasks.insert([row]))
    const [one, two] = [new Process('one', store, clock, this), new Process('two', store, clock, null)]
    await one.node.start()
    while (!this.#struck && await isBusy(store)) await this.#tick()
    if (this.#interruption?.startsWith('cancel') === false) await two.node.start()
    for (const end = clock.now() + END_MS_MAX; await isBusy(store) && clock.now() < end;) await this.#tick()
    assert.equal(await isBusy(store), false, `${this.#interruption} at call ${this.#at}: the work does not end`)
    // Who slept wakes up only now, if the other was quick.
    await clock.advance(ASLEEP_MS + LEASE_TIMES.ttlMs)
    const end = { state: await this.#work.state(world), failed: await failed(store) }
    const stopping = Promise.all([one, two].map(process => process.stop()))
    await clock.advance(PINNED_MS)
    await stopping
    return { end, calls: this.#calls }
  }

  #tick(): Promise<void> { return this.#clock.advance(LOOK_MS) }

  /** What happens at a call of a process; `commit` makes it last. */
  async call<T>(process: Process, store: Store, commit: (mayCommit: () => void) => Promise<T>): Promise<T> {
    const strikes = ++this.#calls === this.#at
    if (!strikes || this.#interruption === null) return commit(() => {})
    this.#struck = true
    switch (this.#interruption) {
      case 'killedBefore':
        process.kill()
        return commit(() => { throw new Error('killed') }).catch(() => never())
      case 'killedAfter':
        process.kill()
        await commit(() => {})
        return never()
      case 'sleptBefore':
        await process.sleep()
        return commit(() => {})
      case 'sleptAfter': {
        const result = await commit(() => {})
        await process.sleep()
        return result
      }
      case 'cancelled':
        await pause(this.#clock, PINNED_MS)
        await store.transact(tx => this.#reschedule(tx))
        await pause(this.#clock, PINNED_MS)
        return commit(() => {})
    }
  }

  async #reschedule({ tasks }: Tx): Promise<void> {
    const [row] = await tasks.get([this.#taskId])
    if (!row) return
    const state = { status: 'Pending', due: this.#clock.now(), attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
    assert.match(String(await tasks.edit(row.id, row.version, { state })), /^(applied|requested)$/)
  }
}

/** One process: when it is killed nothing of it ever returns; while it sleeps nothing of it goes on. */
class Process {
  readonly node: EngineNode
  readonly #clock: VirtualClock
  #killed = false
  #awake: Promise<void> = Promise.resolve()

  constructor(hostname: string, store: Store, clock: VirtualClock, trial: Trial | null) {
    this.#clock = clock
    const ids = idSource(hostname === 'one' ? 1 : 2, clock)
    const services: Store = trial === null ? store : {
      ...store,
      transact: work => this.#through(() => trial.call(this, store, mayCommit => store.transact(async tx => {
        const result = await work(tx)
        mayCommit()
        return result
      }))),
      read: work => this.#through(() => trial.call(this, store, () => store.read(work))),
      leases: {
        ...store.leases,
        releaseDead: except => this.#through(() => trial.call(this, store, async mayCommit => {
          mayCommit()
          return store.leases.releaseDead(except)
        })),
      },
    }
    const through = <T extends object>(port: T): T => new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? (...given: unknown[]) => this.#through(() => Reflect.apply(member, target, given) as Promise<unknown>) : member
      },
    })
    this.node = new EngineNode({
      store: { ...through(store), wakeups: store.wakeups, queue: through(store.queue), leases: through(store.leases) },
      catalogue: CATALOGUE, clock, random: seededRandom(1), log: silentLog, times: LEASE_TIMES, chores: [], hostname, version: 'test', alone: false,
      runDeps: buildMail(services, CATALOGUE, ids, clock), settings: () => RETRY_DEFAULTS,
      nodeState: () => ({ role: null, duties: DUTIES, pushShard: null, draining: false, info: {} }),
    })
  }

  kill(): void { this.#killed = true }

  sleep(): Promise<void> {
    this.#awake = pause(this.#clock, ASLEEP_MS)
    return this.#awake
  }

  async stop(): Promise<void> {
    if (!this.#killed) await this.node.stop(1_000)
  }

  async #through<T>(work: () => Promise<T>): Promise<T> {
    await this.#goOn()
    const result = await work()
    await this.#goOn()
    return result
  }

  async #goOn(): Promise<void> {
    if (this.#killed) await never()
    await this.#awake
  }
}

function never<T>(): Promise<T> { return new Promise(() => {}) }

function isBusy(store: Store): Promise<boolean> {
  return store.read(async tx => await tx.tasks.count({ status: ['Pending', 'Retry'] }) > 0)
}

function failed(store: Store): Promise<readonly (string | null)[]> {
  return store.read(async ({ tasks }) => {
    const ids = await tasks.query({ status: ['Failed'] }, { order: { property: 'createdAt', ascending: true }, limit: 100 })
    return (await tasks.get(ids)).map(row => row.failureReason)
  })
}
