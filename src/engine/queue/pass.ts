/** One pass over the waiting tasks of a lane: puts those that may start into batches, as far as slots and keys allow. */
import type { Band, TaskRow } from '../ports/task.ts'

export interface VariantLimits { readonly concurrency: number; readonly batchMax: number }
/** Tasks that start together: one variant, one band; exactly one task for a variant without batches. */
export interface Batch { readonly variant: string; readonly band: Band; readonly rows: TaskRow[] }

export class Pass {
  readonly batches: Batch[] = []
  readonly #limits: (variant: string) => VariantLimits
  readonly #free: Map<string, number>
  #solo: boolean
  /** The batch that still takes rows, by variant and band. */
  readonly #open = new Map<string, Batch>()
  readonly #blocked = new Set<string>()
  /** Which batch a key went to in this pass: the rest of the key may only follow it there. */
  readonly #keyOwner = new Map<string, Batch>()

  constructor(limits: (variant: string) => VariantLimits, free: Map<string, number>, solo: boolean) {
    this.#limits = limits
    this.#free = free
    this.#solo = solo
  }

  /** Nothing of this key starts any more: an earlier task of it waits or runs. */
  block(key: string): void { this.#blocked.add(key) }

  /** True when the row is in a batch now. */
  join(row: TaskRow): boolean {
    if (this.#blocked.has(row.orderingKey)) return false
    const owner = this.#keyOwner.get(row.orderingKey)
    const batch = row.crashes > 0 ? this.#openSolo(row, owner) : this.#batchFor(row, owner)
    if (!batch) return false
    batch.rows.push(row)
    this.#keyOwner.set(row.orderingKey, batch)
    return true
  }

  /** A task that was running when a node died runs in a batch of its own, one such task at a time on a node. */
  #openSolo(row: TaskRow, owner: Batch | undefined): Batch | null {
    if (!this.#solo || owner) return null
    const batch = this.#openBatch(row)
    if (batch) this.#solo = false
    return batch
  }

  #batchFor(row: TaskRow, owner: Batch | undefined): Batch | null {
    const { batchMax } = this.#limits(row.variant)
    const name = `${row.variant}/${row.band}`
    const open = this.#open.get(name)
    const joinable = open !== undefined && open.rows.length < batchMax
    if (owner) return joinable && owner === open ? open : null
    if (joinable) return open
    const batch = this.#openBatch(row)
    if (batch && batchMax > 1) this.#open.set(name, batch)
    return batch
  }

  #openBatch(row: TaskRow): Batch | null {
    const { concurrency } = this.#limits(row.variant)
    const free = this.#free.get(row.variant) ?? concurrency
    // Bulk work leaves one slot to interactive work, unless there is only one.
    if (free - (row.band === 1 && concurrency > 1 ? 1 : 0) <= 0) return null
    this.#free.set(row.variant, free - 1)
    const batch: Batch = { variant: row.variant, band: row.band, rows: [] }
    this.batches.push(batch)
    return batch
  }
}
