/**
 * Values read from the store, each kept as long as a stamp says that nothing of its kind was written since. Who
 * asks says the stamp that he has just read: a value that was read under the same stamp is what a new read
 * would give. Readers of one moment share one read. What does not exist is not kept, so that asking for names
 * that nobody has pushes nothing out.
 */
import type { Clock } from '../../base/clock.ts'
import { Remembered } from './remembered.ts'

const KEPT_MS = 5 * 60_000
const VALUES_MAX = 10_000

interface Kept<T> { readonly stamp: string; readonly value: Promise<T | null> }

export class Fresh<T> {
  readonly #read: (id: string) => Promise<T | null>
  readonly #kept: Remembered<Kept<T>>

  constructor(clock: Clock, read: (id: string) => Promise<T | null>) {
    this.#read = read
    this.#kept = new Remembered(clock, KEPT_MS, VALUES_MAX)
  }

  /** Null: there is none. */
  at(id: string, stamp: string): Promise<T | null> {
    const kept = this.#kept.get(id)
    if (kept?.stamp === stamp) return kept.value
    const value = this.#read(id)
    const entry = { stamp, value }
    this.#kept.set(id, entry)
    const forget = (): void => { if (this.#kept.get(id) === entry) this.#kept.delete(id) }
    // A failure is told to those who wait for the value; here it only must not be kept.
    value.then(found => { if (found === null) forget() }, forget)
    return value
  }

  /** Keeps what was read elsewhere, after the stamp. */
  put(id: string, stamp: string, value: T): void {
    this.#kept.set(id, { stamp, value: Promise.resolve(value) })
  }
}
