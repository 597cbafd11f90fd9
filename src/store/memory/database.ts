/**
 * Tables in memory with the behaviour of a database: one transaction at a time writes, all or nothing, and a reader sees
 * the last commit and nothing newer for as long as it reads. Writes go to an overlay that is merged at commit; a reader
 * pins the tables, and a commit beneath a pinned table works on a copy.
 */
import { assert } from '../../base/assert.ts'
import type { Clock } from '../../base/clock.ts'
import { HintBuffer } from '../hints.ts'
import type { LocalWakeups } from '../local-wakeups.ts'
import { Serial } from '../serial.ts'

/** One transaction. Rows are values: a table replaces them and never changes one in place. */
export interface MemoryContext {
  /** The same table for the same name; its rows are always of one type. */
  table<Row>(name: string): MemoryTable<Row>
  now(): number
  readonly hints: HintBuffer
}

export class MemoryTable<Row> {
  readonly #base: ReadonlyMap<string, Row>
  /** `undefined`: removed in this transaction. */
  readonly #changes: Map<string, Row | undefined> | null

  constructor(base: ReadonlyMap<string, Row>, changes: Map<string, Row | undefined> | null) {
    this.#base = base
    this.#changes = changes
  }

  get(key: string): Row | undefined {
    return this.#changes?.has(key) ? this.#changes.get(key) : this.#base.get(key)
  }
  set(key: string, row: Row): void {
    this.#writable().set(key, row)
  }
  delete(key: string): boolean {
    const had = this.get(key) !== undefined
    this.#writable().set(key, undefined)
    return had
  }
  /** In no particular order. */
  entries(): IterableIterator<[string, Row]> {
    return this.#changes?.size ? overlaid(this.#base, this.#changes) : this.#base.entries()
  }
  rows(): IterableIterator<Row> {
    return this.#changes?.size ? overlaid(this.#base, this.#changes).map(([, row]) => row) : this.#base.values()
  }

  #writable(): Map<string, Row | undefined> {
    assert(this.#changes, 'a write inside of read()')
    return this.#changes
  }
}

function* overlaid<Row>(base: ReadonlyMap<string, Row>, changes: ReadonlyMap<string, Row | undefined>): Generator<[string, Row]> {
  for (const entry of base) if (!changes.has(entry[0])) yield entry
  for (const [key, row] of changes) if (row !== undefined) yield [key, row]
}

interface Base { readonly rows: Map<string, unknown>; pins: number }

export class MemoryDatabase {
  readonly #clock: Clock
  readonly #wakeups: LocalWakeups
  readonly #writes = new Serial()
  readonly #tables = new Map<string, Base>()

  constructor(clock: Clock, wakeups: LocalWakeups) {
    this.#clock = clock
    this.#wakeups = wakeups
  }

  transact<T>(work: (context: MemoryContext) => T | Promise<T>): Promise<T> {
    return this.#writes.run(async () => {
      const changes = new Map<string, Map<string, unknown>>()
      const hints = new HintBuffer()
      const result = await work({
        table: <Row>(name: string) => {
          const overlay = changes.get(name) ?? new Map<string, unknown>()
          changes.set(name, overlay)
          return new MemoryTable(this.#base(name).rows, overlay) as MemoryTable<Row>
        },
        now: () => this.#clock.now(),
        hints,
      })
      for (const [name, overlay] of changes) this.#merge(name, overlay)
      for (const hint of hints.take()) this.#wakeups.publish(hint)
      return result
    })
  }

  async read<T>(work: (context: MemoryContext) => T | Promise<T>): Promise<T> {
    let tables: ReadonlyMap<string, Base> = this.#tables
    const result = work({
      table: <Row>(name: string) => new MemoryTable(tables.get(name)?.rows ?? new Map(), null) as MemoryTable<Row>,
      now: () => this.#clock.now(),
      hints: new HintBuffer(),
    })
    // What is done without a pause saw one moment.
    if (!(result instanceof Promise)) return result
    // Every table is pinned, also those that it has not asked for yet: all of them go on showing this moment.
    tables = new Map(this.#tables)
    for (const base of tables.values()) base.pins++
    try {
      return await result
    } finally {
      for (const base of tables.values()) base.pins--
    }
  }

  idle(): Promise<void> {
    return this.#writes.idle()
  }

  #base(name: string): Base {
    const base = this.#tables.get(name) ?? { rows: new Map<string, unknown>(), pins: 0 }
    this.#tables.set(name, base)
    return base
  }

  #merge(name: string, overlay: ReadonlyMap<string, unknown>): void {
    if (overlay.size === 0) return
    const base = this.#base(name)
    if (base.pins > 0) this.#tables.set(name, { rows: new Map(base.rows), pins: 0 })
    const { rows } = this.#base(name)
    for (const [key, row] of overlay) {
      if (row === undefined) rows.delete(key)
      else rows.set(key, row)
    }
  }
}
