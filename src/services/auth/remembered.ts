/**
 * A memory with a size and an age: what has not been set again for `keptMs` is gone, the oldest goes when it
 * is full.
 */
import type { Clock } from '../../base/clock.ts'

export class Remembered<V> {
  readonly #clock: Clock
  readonly #keptMs: number
  readonly #entriesMax: number
  /** In the order in which they were set: the first is the oldest. */
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>()

  constructor(clock: Clock, keptMs: number, entriesMax: number) {
    this.#clock = clock
    this.#keptMs = keptMs
    this.#entriesMax = entriesMax
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#clock.monotonicMs()) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  set(key: string, value: V): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#entriesMax) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(key, { value, until: this.#clock.monotonicMs() + this.#keptMs })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
