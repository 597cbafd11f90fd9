/**
 * Sees everything from outside: the runs as they begin and end, and what the store took. It holds the rules S1 to S6 of
 * README.md and notes each breach; it changes nothing.
 */
import type { Id } from '../../src/base/ids.ts'
import type { LeaseRow } from '../../src/engine/ports/node.ts'
import type { Finish } from '../../src/engine/ports/queue.ts'
import { DUE_NEVER, type TaskRow } from '../../src/engine/ports/task.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import type { Machine } from './machine.ts'
import type { Timeline } from './timeline.ts'
import { LANES, SETTINGS } from './work.ts'

/** A task that came or changed later than this ago may not have been seen by the node that runs its key. */
const SEEN_AFTER_MS = 15_000
const EVENTS_KEPT_MAX = 60

interface Run {
  readonly tasks: readonly Id[]
  readonly host: string
  readonly machine: Machine
  readonly key: string | null
  readonly signal: AbortSignal
  readonly sinceMs: number
}

export class Observer {
  readonly #timeline: Timeline
  readonly #store: Store
  readonly #running = new Set<Run>()
  readonly #done = new Map<Id, number>()
  readonly #changedMs = new Map<Id, number>()
  /** By a client: who runs the task may know it only as it was. */
  readonly #editedMs = new Map<Id, number>()
  readonly #slots = new Set<string>()
  readonly #events: string[] = []
  /** What had happened when the first promise broke. */
  #untilBreach: readonly string[] | null = null
  readonly breaches: string[] = []
  /** Of all events: two runs of one seed must agree. */
  hash = 0
  runs = 0
  /** Runs beside one on a stalled machine. */
  late = 0
  children = 0

  constructor(timeline: Timeline, store: Store) {
    this.#timeline = timeline
    this.#store = store
  }

  get doneTasks(): ReadonlyMap<Id, number> { return this.#done }
  get slots(): readonly number[] { return [...this.#slots].map(Number).toSorted((a, b) => a - b) }
  get lastEvents(): readonly string[] { return this.#untilBreach ?? this.#events }

  note(event: string): void {
    const line = `${(this.#timeline.nowMs / 1_000).toFixed(3).padStart(9)}  ${event}`
    for (let at = 0; at < line.length; at++) this.hash = (Math.imul(this.hash, 31) + line.charCodeAt(at)) >>> 0
    this.#events.push(line)
    if (this.#events.length > EVENTS_KEPT_MAX) this.#events.shift()
  }

  breach(rule: string, what: string): void {
    this.breaches.push(`${rule}: ${what}`)
    this.note(`*** ${rule}: ${what}`)
    this.#untilBreach ??= [...this.#events]
  }

  /** A client or a schedule made a task. */
  created(id: Id): void { this.#changedMs.set(id, this.#timeline.nowMs) }

  /** A client changed it. */
  edited(id: Id): void {
    this.#changedMs.set(id, this.#timeline.nowMs)
    this.#editedMs.set(id, this.#timeline.nowMs)
  }

  async begin(host: string, machine: Machine, duties: readonly string[], tasks: readonly Id[], lane: string, key: string | null, signal: AbortSignal): Promise<() => void> {
    this.runs++
    this.note(`${host} runs ${tasks.map(short).join(' ')}${key === null ? '' : ` of ${key}`}`)
    const duty = LANES.find(({ name }) => name === lane)?.duty ?? ''
    if (!duties.includes(duty)) this.breach('S5', `${host} runs ${tasks.map(short).join()} without the duty ${duty}`)
    const run: Run = { tasks, host, machine, key, signal, sinceMs: this.#timeline.nowMs }
    this.#alone(run)
    this.#running.add(run)
    await this.#inOrder(run)
    return () => {
      this.#running.delete(run)
      this.note(`${host} ended ${tasks.map(short).join(' ')}${signal.aborted ? ' (stopped)' : ''}`)
    }
  }

  /** The store with a look at what it takes. */
  watched(store: Store): Store {
    return {
      ...store,
      queue: { ...store.queue, finish: (holder, items) => this.#finish(store, holder, items) },
      leases: {
        ...store.leases,
        reap: async except => {
          const dead = await store.leases.reap(except)
          for (const node of dead) this.note(`store: ${node.hostname} is declared dead`)
          return dead
        },
      },
      transact: work => store.transact(tx => work(this.#watchedTx(tx))),
    }
  }

  /** S1. */
  #alone(run: Run): void {
    for (const other of this.#running) {
      const same = (run.key !== null && other.key === run.key) || other.tasks.some(id => run.tasks.includes(id))
      if (!same || other.machine.dead || other.signal.aborted) continue
      if (other.machine.stalled || other.machine.wokeMs >= other.sinceMs) this.late++
      else this.breach('S1', `${run.host} acts on ${run.key ?? run.tasks.map(short).join()} beside ${other.host}`)
    }
  }

  /** S3. */
  async #inOrder({ tasks: [id], key, host }: Run): Promise<void> {
    if (key === null || id === undefined || this.#timeline.nowMs - (this.#editedMs.get(id) ?? -Infinity) <= SEEN_AFTER_MS) return
    const { row, earlier } = await this.#store.read(async tx => {
      const [own] = await tx.tasks.get([id])
      if (!own || own.due === DUE_NEVER) return { row: undefined, earlier: [] }
      const ids = await tx.tasks.query({ lane: own.lane, dueMax: own.due }, { order: { property: 'due', ascending: true }, limit: 500 })
      const rows = await tx.tasks.get(ids)
      return { row: own, earlier: rows.filter(other => other.orderingKey === own.orderingKey && isBefore(other, own) && other.status !== 'Failed') }
    })
    for (const other of earlier) {
      const seenMs = this.#timeline.nowMs - Math.max(this.#changedMs.get(other.id) ?? 0, other.due - EPOCH_MS)
      if (row && seenMs > SEEN_AFTER_MS) this.breach('S3', `${host} runs ${short(id)} of ${key} before ${short(other.id)}, which is due earlier`)
    }
  }

  /** S2 and S4. */
  async #finish(store: Store, holder: Id, items: readonly Finish[]): Promise<'lost' | readonly boolean[]> {
    const { rows, leases } = await store.leases.view().then(async view => ({
      leases: view.leases, rows: new Map((await store.read(tx => tx.tasks.get(items.map(({ id }) => id)))).map(row => [row.id, row])),
    }))
    const reply = await store.queue.finish(holder, items)
    for (const [index, item] of items.entries()) {
      const row = rows.get(item.id)
      const taken = reply !== 'lost' && reply[index] === true
      this.note(`store: ${item.kind} ${short(item.id)} ${reply === 'lost' ? 'refused: its node is gone' : taken ? 'taken' : 'not taken'}`)
      if (taken && row && (item.kind === 'done' || item.kind === 'again')) this.#taken(holder, item, row, leases)
    }
    return reply
  }

  #taken(holder: Id, item: Finish, row: TaskRow, leases: readonly LeaseRow[]): void {
    const lease = leases.find(({ lane, bucket }) => lane === row.lane && bucket === row.bucket)
    if (row.holder !== holder && lease?.holder !== holder) {
      this.breach('S2', `${short(row.id)} was ended by a node that holds neither its bucket nor its pin`)
    }
    if (item.kind === 'done') {
      const times = (this.#done.get(row.id) ?? 0) + 1
      this.#done.set(row.id, times)
      this.children += item.followUps?.length ?? 0
      if (times > 1) this.breach('S2', `${short(row.id)} was done ${times} times`)
    }
    if (item.kind === 'again') {
      this.#changedMs.set(row.id, this.#timeline.nowMs)
      if (item.state.attempt > SETTINGS.maxAttempts + row.crashes) this.breach('S4', `${short(row.id)} has ${item.state.attempt} attempts`)
    }
  }

  /** S6. */
  #watchedTx(tx: Tx): Tx {
    return {
      ...tx,
      schedules: {
        ...tx.schedules,
        advance: async (id, version, lastSlot, nextSlot, tasks) => {
          const moved = await tx.schedules.advance(id, version, lastSlot, nextSlot, tasks)
          for (const { slot, task } of moved ? tasks : []) {
            this.note(`store: slot ${(slot - EPOCH_MS) / 1_000} s`)
            if (this.#slots.has(String(slot))) this.breach('S6', `the slot ${slot} made two tasks`)
            this.#slots.add(String(slot))
            this.created(task.id)
          }
          return moved
        },
      },
    }
  }
}

export const EPOCH_MS = Date.UTC(2026, 0, 1)

function isBefore(a: TaskRow, b: TaskRow): boolean {
  return a.band === b.band && (a.due < b.due || (a.due === b.due && a.id < b.id))
}

export function short(id: Id): string {
  return id.slice(4)
}
