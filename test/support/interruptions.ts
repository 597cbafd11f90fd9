/**
 * Plays tasks to their end on engine nodes in virtual time, on each kind of store: once undisturbed, then with an interruption
 * at the calls that its services make to the store. However it went, what is stored at the end must be the same.
 *
 * | interruption | what happens at the call |
 * |---|---|
 * | killedBefore | the process is gone in the middle of the transaction, all written and nothing committed; another one takes over |
 * | killedAfter | it is gone after the commit, and has never heard of it |
 * | sleptBefore, sleptAfter | it sleeps past its lease while another takes over, and then goes on where it was |
 * | cancelled | the tasks are pinned, then destroyed by an administrator; when they are gone the same is asked for once more |
 * | rescheduled | they are pinned, then rescheduled: their runs are told to stop, and come again |
 * | parked | every task, with its parts, is pinned, then parked; nothing moves until they are resumed |
 *
 * Handing out parts is such a call too, and so is the end of a part and that of the task, though it is the engine that makes these.
 *
 * In memory that is done at every call. A database is slower by so much that it is done at some: those that together call
 * every method by which the task writes (before a call that only reads, all is as after the one before it). The process is killed before and after each of them,
 * and sleeps, is cancelled, rescheduled or parked at one of them each.
 */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { pause } from '../../src/base/clock.ts'
import { idSource, type Id, type IdSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { seededRandom } from '../../src/base/random.ts'
import type { VirtualClock } from '../../src/base/virtual-clock.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { EngineNode } from '../../src/engine/cluster/node.ts'
import { LEASE_TIMES } from '../../src/engine/lease/lease.ts'
import type { Finish } from '../../src/engine/ports/queue.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import type { NewTask, TaskRow, TaskState } from '../../src/engine/ports/task.ts'
import { RETRY_DEFAULTS } from '../../src/base/retry-plan.ts'
import type { TaskDraft } from '../../src/engine/task-variant.ts'
import { buildMail, LATER, type Mail } from '../../src/server/mail.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import type { Duty } from '../../src/tasks/define.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { stopSharedPostgres } from './postgres.ts'
import { SITES, type Filled, type RemoveNode, type Site } from './sites.ts'

const INTERRUPTIONS = ['killedBefore', 'killedAfter', 'sleptBefore', 'sleptAfter', 'cancelled', 'rescheduled', 'parked'] as const
type Interruption = (typeof INTERRUPTIONS)[number]

export interface World extends Mail {
  readonly store: Store
  readonly clock: VirtualClock
  readonly ids: IdSource
  row(draft: TaskDraft): NewTask
  /** While something is prepared. */
  readonly removeNode: RemoveNode | null
}

export interface Work {
  /** What is there when the tasks come, the same each time; returns them. None: those that it has stored itself. */
  prepare(world: World): Promise<TaskDraft | readonly TaskDraft[]>
  /** Duties that only its parts need. Tasks of other duties are left, and belong to the state. */
  readonly handsOut?: readonly Duty[]
  /** Very many of its calls are alike: of these only the first, the last and one between them are interrupted in memory. */
  readonly isUniform?: boolean
  /** False: who asks for it twice gets more than who asks once. Then it is not cancelled. */
  readonly isRepeatable?: boolean
  /** What must be the same at the end. `asked`: how often, 2 after a cancellation. */
  state(world: World, asked: number): Promise<unknown>
}

const CATALOGUE = new Catalogue(VARIANTS, lanes())
/** A retry may come in between. */
const END_MS_MAX = 1_800_000
/** Longer than a run may take before it is pinned and its holder hears of requests. */
const PINNED_MS = 4_000
const ASLEEP_MS = 2 * LEASE_TIMES.ttlMs
/** What it does when it wakes up: it hears that it is over, and joins anew. */
const AWAKE_MS = 5_000
const LOOK_MS = 500
const PARKED_MS = 60_000
const WHICH = { order: { property: 'createdAt', ascending: true }, limit: 1_000 } as const

after(stopSharedPostgres)
// Virtual time does not wait for files.
await Promise.all(Object.values(LATER).map(load => load()))

const READS = new Set(['get', 'size', 'readable', 'scan', 'count', 'tally', 'list', 'modseq', 'query', 'has', 'changes', 'collections', 'lock', 'getAll', 'having', 'first', 'share', 'linksTo', 'versions', 'newest', 'all', 'total', 'corrections'])

/** Declares a test for each of the kinds of store. `callsMin`: so many calls to interrupt there are at least. */
export function sameEndHowever(name: string, work: Work, callsMin = 1, kinds = SITES): void {
  describe(name, () => {
    for (const { name: kind, skip, fill } of kinds) {
      test(`on ${kind}`, { skip }, async t => {
        const filled = await fill((...at) => prepared(work, ...at))
        t.after(() => filled.remove())
        const { end, calls } = await new Trial(work, filled, null).play()
        assert.ok(calls.length >= callsMin, `the task asks the store ${calls.length} times`)
        const interruptions = INTERRUPTIONS.filter(interruption => interruption !== 'cancelled' || work.isRepeatable !== false)
        const points = kind === 'memory' ? everywhere(calls, interruptions, work.isUniform) : covering(calls, interruptions)
        for (const point of points) {
          const { struck, end: other } = await new Trial(work, filled, point).play()
          assert.ok(struck, `there was no ${told(point)}`)
          assert.deepEqual(other, end, told(point))
        }
        const different = new Set(points.map(({ what, nth }) => `${what} ${nth}`))
        t.diagnostic(`${name} on ${kind}: interrupted ${points.length} times at ${different.size} of ${calls.length} calls`)
      })
    }
  })
}

/** Of its services, or of the engine: parts are handed out, a part has ended, a task itself has. */
type What = 'work' | 'handOut' | 'endOfPart' | 'end'
/** `nth`: of those calls, from 1. The order of calls of different kinds may be another one each time. */
interface Point { readonly interruption: Interruption; readonly what: What; readonly nth: number }
/** `methods`: those of the store by which it has written. */
interface Call { readonly what: What; readonly nth: number; readonly methods: ReadonlySet<string> }

function told({ interruption, what, nth }: Point): string {
  return `${interruption} at call ${nth} of the kind ${what}`
}

function everywhere(calls: readonly Call[], interruptions: readonly Interruption[], isUniform = false): Point[] {
  const chosen = isUniform ? [...Map.groupBy(calls, alike).values()].flatMap(ends) : calls
  return interruptions.flatMap(interruption => chosen.map(({ what, nth }) => ({ interruption, what, nth })))
}

function alike({ what, methods }: Call): string {
  return [what, ...methods].join(' ')
}

function ends(calls: readonly Call[]): Call[] {
  return [...new Set([calls[0], calls[calls.length >> 1], calls.at(-1)])].filter(call => call !== undefined)
}

function covering(calls: readonly Call[], interruptions: readonly Interruption[]): Point[] {
  const chosen = cover(calls)
  const others = interruptions.filter(interruption => !interruption.startsWith('killed'))
  return [
    ...chosen.flatMap(call => [{ interruption: 'killedBefore', ...call }, { interruption: 'killedAfter', ...call }] as const),
    ...others.map((interruption, nth) => ({ interruption, ...chosen[Math.floor(nth * chosen.length / others.length)] ?? assert.fail() })),
  ]
}

/** Few calls in which each of their methods occurs, in their order: the one that adds most goes first. */
function cover(calls: readonly Call[]): Call[] {
  const missing = new Set(calls.flatMap(({ methods }) => [...methods]))
  const chosen = new Set<Call>()
  while (missing.size > 0) {
    const adds = calls.map(({ methods }) => [...methods].filter(method => missing.has(method)).length)
    const best = calls[adds.indexOf(Math.max(...adds))] ?? assert.fail()
    chosen.add(best)
    for (const method of best.methods) missing.delete(method)
  }
  assert.ok(chosen.size > 0, 'the task writes nothing')
  return calls.filter(call => chosen.has(call))
}

/** `asked`: what the tasks are, without how far they got. `duties`: those that the tasks need, and those that had to be done before they came. */
interface Given { readonly taskIds: readonly Id[]; readonly asked: readonly TaskDraft[]; readonly duties: readonly Duty[] }

async function prepared(work: Work, store: Store, clock: VirtualClock, removeNode: RemoveNode): Promise<Given> {
  const world = worldOf(store, clock, removeNode)
  const rows = [await work.prepare(world)].flat().map(draft => world.row(draft))
  await store.transact(tx => tx.tasks.insert(rows))
  const [waiting, stored] = await store.read(({ tasks }) => Promise.all([tasks.tally({}), tasks.query({}, WHICH)]))
  const needed = VARIANTS.filter(({ name }) => waiting.some(({ variant }) => variant === name)).map(({ duty }) => duty)
  const taskIds = rows.length > 0 ? rows.map(({ id }) => id) : stored
  const asked = (await store.read(({ tasks }) => tasks.get(taskIds))).filter(({ parentId }) => parentId === null).map(({ variant, payload, band }) => {
    const { spread: _, ...anew } = payload
    return { variant, payload: anew, band }
  })
  return { taskIds, asked, duties: [...needed, ...work.handsOut ?? []] }
}

function worldOf(store: Store, clock: VirtualClock, removeNode: RemoveNode | null = null): World {
  const ids = idSource(7, clock)
  return { store, clock, ids, removeNode, row: draft => CATALOGUE.row(draft, ids, clock.now()), ...buildMail(store, CATALOGUE, ids, clock) }
}

class Trial {
  readonly #work: Work
  readonly #filled: Filled<Given>
  readonly #point: Point | null
  readonly #calls: Call[] = []
  #struck = false
  #taskIds: readonly Id[] = []

  constructor(work: Work, filled: Filled<Given>, point: Point | null) {
    this.#work = work
    this.#filled = filled
    this.#point = point
  }

  async play(): Promise<{ readonly end: unknown; readonly calls: readonly Call[]; readonly struck: boolean }> {
    const { site, given } = await this.#filled.open()
    this.#taskIds = given.taskIds
    try {
      return { end: await this.#playOn(site, given), calls: this.#calls, struck: this.#struck }
    } finally {
      await site.close()
    }
  }

  async #playOn(site: Site, given: Given): Promise<unknown> {
    const { clock } = site
    const variants = VARIANTS.filter(({ duty }) => given.duties.some(other => other === duty)).map(({ name }) => name)
    const isBusy = (): Promise<boolean> => site.others.read(async tx => await tx.tasks.count({ variants, status: ['Pending', 'Retry'] }) > 0)
    const whileBusy = async (isOver: () => boolean): Promise<void> => {
      for (const end = clock.now() + END_MS_MAX; !isOver() && await isBusy();) {
        assert.ok(clock.now() < end, `${this.#name}: the work does not end`)
        await clock.advance(LOOK_MS)
      }
    }
    const interruption = this.#point?.interruption
    const one = new Process('one', given.duties, site.victim, clock, (process, run, finished) => this.#call(site, process, run, finished))
    await one.node.start()
    await whileBusy(() => this.#struck)
    if (this.#struck && interruption === 'parked') await this.#resume(site)
    if (this.#struck && interruption === 'cancelled') await this.#askAgain(site, given)
    const two = new Process('two', given.duties, site.others, clock, (_, run) => run(() => Promise.resolve()))
    if (interruption !== undefined && interruption !== 'cancelled' && interruption !== 'rescheduled') await two.node.start()
    await whileBusy(() => false)
    // Who slept wakes up only now, if the other was quick.
    await clock.advance(Math.max(0, one.awakeMs + AWAKE_MS - clock.monotonicMs()))
    const asked = this.#struck && interruption === 'cancelled' ? 2 : 1
    const end = { state: await this.#work.state(worldOf(site.others, clock), asked), failed: await failed(site.others) }
    const stopping = Promise.all([one, two].map(process => process.stop()))
    await clock.advance(PINNED_MS)
    await stopping
    return end
  }

  /** What happens at a call of the first process. */
  async #call<T>({ clock, others, kill }: Site, process: Process, run: Run<T>, finished: readonly Finish[] = []): Promise<T> {
    const what = this.#whatIs(finished)
    const methods = new Set<string>()
    const nth = this.#calls.filter(call => call.what === what).length + 1
    this.#calls.push({ what, nth, methods })
    const note = (method: string): void => { methods.add(finished.length > 0 ? `${method} ${what}` : method) }
    const done = (): Promise<void> => Promise.resolve()
    if (this.#point?.what !== what || this.#point.nth !== nth) return run(done, note)
    this.#struck = true
    const gone = async (): Promise<never> => {
      process.kill()
      await kill()
      throw new Error('killed')
    }
    switch (this.#point.interruption) {
      case 'killedBefore':
        return run(gone).catch(() => never())
      case 'killedAfter':
        await run(done)
        return gone().catch(() => never())
      case 'sleptBefore':
        await process.sleep()
        return run(done)
      case 'sleptAfter': {
        const result = await run(done)
        await process.sleep()
        return result
      }
      case 'cancelled':
        await pause(clock, PINNED_MS)
        await others.transact(async ({ tasks }) => { for (const id of this.#taskIds) await tasks.destroy(id) })
        await pause(clock, PINNED_MS)
        return run(done)
      case 'rescheduled':
        await pause(clock, PINNED_MS)
        await others.transact(tx => setTo(tx, this.#taskIds, pendingAt(clock.now())))
        await pause(clock, PINNED_MS)
        return run(done)
      case 'parked':
        await pause(clock, PINNED_MS)
        await others.transact(async tx => setTo(tx, await tx.tasks.query({ status: ['Pending', 'Retry'] }, WHICH), parkedAt(clock.now())))
        await pause(clock, PINNED_MS)
        return run(done)
    }
  }

  get #name(): string { return this.#point ? told(this.#point) : 'undisturbed' }

  #whatIs(finished: readonly Finish[]): What {
    if (finished.length === 0) return 'work'
    if (finished.some(handsOut)) return 'handOut'
    return finished.some(item => isEnd(item) && this.#taskIds.includes(item.id)) ? 'end' : 'endOfPart'
  }

  /** Those that were destroyed are over, and so is what they had handed out. */
  async #askAgain({ clock, others }: Site, { taskIds, asked }: Given): Promise<void> {
    const areThere = (): Promise<boolean> => others.read(async ({ tasks }) => (await tasks.get(taskIds)).length > 0)
    for (const end = clock.now() + END_MS_MAX; await areThere();) {
      assert.ok(clock.now() < end, `${this.#name}: it does not go`)
      await clock.advance(LOOK_MS)
    }
    await clock.advance(PINNED_MS)
    const { row } = worldOf(others, clock)
    await others.transact(tx => tx.tasks.insert(asked.map(draft => row(draft))))
  }

  /** What was parked does not move. A run that ends before it hears of it is done. */
  async #resume({ clock, others }: Site): Promise<void> {
    const all = (): Promise<readonly TaskRow[]> => others.read(async ({ tasks }) => tasks.get(await tasks.query({}, WHICH)))
    await clock.advance(3 * PINNED_MS)
    const rows = await all()
    await clock.advance(PARKED_MS)
    assert.deepEqual(await all(), rows, `${this.#name}: it goes on`)
    const ids = rows.filter(({ status, due }) => status === 'Failed' && due === DUE_NEVER).map(({ id }) => id)
    await others.transact(tx => setTo(tx, ids, pendingAt(clock.now())))
  }
}

function pendingAt(due: number): TaskState {
  return { status: 'Pending', due, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null }
}

function parkedAt(failedAt: number): TaskState {
  return { status: 'Failed', due: DUE_NEVER, attempt: 0, firstFailedAt: null, failedAt, failureReason: 'parked' }
}

/** Of those that run, once they have stopped. */
async function setTo({ tasks }: Tx, ids: readonly Id[], state: TaskState): Promise<void> {
  for (const { id, version } of await tasks.get(ids)) assert.match(String(await tasks.edit(id, version, { state })), /^(applied|requested)$/)
}

/** A call of the store; `mayCommit` is asked at the end of its transaction, and `note` hears which methods it calls. */
type Run<T> = (mayCommit: () => Promise<void>, note?: (method: string) => void) => Promise<T>

function handsOut(item: Finish): boolean {
  return item.kind === 'again' && item.children !== undefined && item.children.length > 0
}

function isEnd(item: Finish): boolean {
  return item.kind === 'done' || (item.kind === 'again' && item.state.status === 'Failed')
}

/** One process: when it is killed nothing of it ever returns; while it sleeps nothing of it goes on. */
class Process {
  readonly node: EngineNode
  readonly #clock: VirtualClock
  #killed = false
  #awake: Promise<void> = Promise.resolve()
  /** When it last woke up, or will. */
  awakeMs = -Infinity

  constructor(hostname: string, duties: readonly Duty[], store: Store, clock: VirtualClock, call: <T>(process: Process, run: Run<T>, finished?: readonly Finish[]) => Promise<T>) {
    this.#clock = clock
    const ids = idSource(hostname === 'one' ? 1 : 2, clock)
    const work = <T>(of: (tx: Tx) => Promise<T>, [mayCommit, note]: Parameters<Run<T>>) => async (tx: Tx): Promise<T> => {
      const result = await of(note ? noted(tx, note) : tx)
      await mayCommit()
      return result
    }
    const services: Store = {
      ...store,
      transact: of => this.#through(() => call(this, (...run) => store.transact(work(of, run)))),
      read: of => this.#through(() => call(this, (...run) => store.read(work(of, run)))),
      leases: {
        ...store.leases,
        releaseDead: except => this.#through(() => call(this, async (mayCommit, note) => {
          await mayCommit()
          note?.('leases.releaseDead')
          return store.leases.releaseDead(except)
        })),
      },
    }
    const queue: Store['queue'] = {
      ...store.queue,
      finish: (holder, items) => {
        const write = (): ReturnType<Store['queue']['finish']> => store.queue.finish(holder, items)
        if (!items.some(item => handsOut(item) || isEnd(item))) return write()
        return call(this, async (mayCommit, note) => {
          await mayCommit()
          note?.('queue.finish')
          return write()
        }, items)
      },
    }
    const through = <T extends object>(port: T): T => new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? (...given: unknown[]) => this.#through(() => Reflect.apply(member, target, given) as Promise<unknown>) : member
      },
    })
    this.node = new EngineNode({
      store: { ...through(store), wakeups: store.wakeups, queue: through(queue), leases: through(store.leases) },
      catalogue: CATALOGUE, clock, random: seededRandom(1), log: silentLog, times: LEASE_TIMES, chores: [], hostname, version: 'test', alone: false,
      runDeps: buildMail(services, CATALOGUE, ids, clock), settings: () => RETRY_DEFAULTS,
      nodeState: () => ({ role: null, duties, pushShard: null, draining: false, info: {} }),
    })
  }

  kill(): void { this.#killed = true }

  sleep(): Promise<void> {
    this.awakeMs = this.#clock.monotonicMs() + ASLEEP_MS
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

/** The same transaction, telling the names of the methods that write. */
function noted(tx: Tx, note: (method: string) => void): Tx {
  const tables = Object.entries(tx).map(([table, calls]) => [table, new Proxy(calls as object, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member === 'function' && !READS.has(String(name))) note(`${table}.${String(name)}`)
      return member
    },
  })])
  return Object.fromEntries(tables) as Tx
}

function never<T>(): Promise<T> { return new Promise(() => {}) }

function failed(store: Store): Promise<readonly (string | null)[]> {
  return store.read(async ({ tasks }) => {
    const ids = await tasks.query({ status: ['Failed'] }, { order: { property: 'createdAt', ascending: true }, limit: 100 })
    return (await tasks.get(ids)).map(row => row.failureReason)
  })
}
