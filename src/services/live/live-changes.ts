/**
 * What has changed lately, for people who look on: kinds of objects, and the ids of those where few are known. However many
 * changes there are, they are gathered into at most four entries a second, the same ones for all who listen; so a change
 * costs a look into a map, and an entry as much as it has listeners.
 *
 * The last entries are kept, so that who was cut off for a moment hears what it has missed. Where it stood is said by the
 * epoch, which is this process, and the number of the entry: another process, or an entry that is no longer there, and it
 * has to ask for everything anew. So it has when hints may have been lost on the way here.
 *
 * It says that something changed and never what: whoever may see the objects asks for them.
 */
import type { Clock } from '../../base/clock.ts'
import type { Id } from '../../base/ids.ts'

/** By name of the object: the ids, or null: any of them. */
export type Changed = ReadonlyMap<string, readonly Id[] | null>
/** `changed` null: anything may have. */
export interface LiveEntry { readonly position: string; readonly changed: Changed | null }

export interface Opened {
  /** Where the listener stands before the next entry. */
  readonly position: string
  /** What it has missed since it stood where it says; null: that is not known any more. */
  readonly missed: readonly LiveEntry[] | null
  close(): void
}

/** Between two entries. */
export const ENTRY_EVERY_MS = 250
/** What changes together is told together. */
const GATHER_MS = 20
/** Of a kind of object in an entry. */
export const IDS_MAX = 50
/** Two minutes of changes without a break. */
export const ENTRIES_KEPT_MAX = 480

export class LiveChanges {
  readonly #clock: Clock
  readonly #epoch: Id
  readonly #listeners = new Set<(entry: LiveEntry) => void>()
  #kept: LiveEntry[] = []
  /** Of the newest entry. */
  #number = 0
  #pending = new Map<string, Set<Id> | null>()
  #pendingLost = false
  #toldAtMs = -Infinity
  #cancel: (() => void) | null = null

  /** `epoch`: of this process alone. */
  constructor(epoch: Id, clock: Clock) {
    this.#epoch = epoch
    this.#clock = clock
  }

  /** Objects of this name have changed; `ids` left out: any of them. */
  note(object: string, ids?: readonly Id[]): void {
    const known = this.#pending.get(object)
    if (known === null) return
    if (ids === undefined || (known?.size ?? 0) + ids.length > IDS_MAX) this.#pending.set(object, null)
    else if (known) for (const id of ids) known.add(id)
    else this.#pending.set(object, new Set(ids))
    this.#tellSoon()
  }

  /** Anything may have changed. */
  lost(): void {
    this.#pendingLost = true
    this.#tellSoon()
  }

  /** `position`: of the last entry that the listener has heard; null: it has heard none. */
  open(position: string | null, hear: (entry: LiveEntry) => void): Opened {
    this.#listeners.add(hear)
    return {
      position: this.#position(this.#number),
      missed: position === null ? [] : this.#since(position),
      close: () => { this.#listeners.delete(hear) },
    }
  }

  get listeners(): number {
    return this.#listeners.size
  }

  stop(): void {
    this.#cancel?.()
    this.#listeners.clear()
  }

  #tellSoon(): void {
    if (this.#cancel !== null) return
    const restMs = this.#toldAtMs + ENTRY_EVERY_MS - this.#clock.monotonicMs()
    this.#cancel = this.#clock.after(Math.max(GATHER_MS, restMs), () => { this.#tell() })
  }

  #tell(): void {
    this.#cancel = null
    this.#toldAtMs = this.#clock.monotonicMs()
    this.#number += 1
    const changed = new Map([...this.#pending].map(([object, ids]) => [object, ids && [...ids]]))
    const entry = { position: this.#position(this.#number), changed: this.#pendingLost ? null : changed }
    this.#pending = new Map()
    this.#pendingLost = false
    this.#kept.push(entry)
    // Rarely, and many at once: a shift at each entry would move them all.
    if (this.#kept.length >= 2 * ENTRIES_KEPT_MAX) this.#kept = this.#kept.slice(-ENTRIES_KEPT_MAX)
    for (const hear of this.#listeners) hear(entry)
  }

  #since(position: string): readonly LiveEntry[] | null {
    const [, epoch, digits = ''] = /^(.+)-(\d{1,15})$/.exec(position) ?? []
    const missed = this.#number - Number(digits)
    if (epoch !== this.#epoch || missed < 0 || missed > Math.min(this.#kept.length, ENTRIES_KEPT_MAX)) return null
    const entries = this.#kept.slice(this.#kept.length - missed)
    return entries.some(({ changed }) => changed === null) ? null : entries
  }

  #position(number: number): string {
    return `${this.#epoch}-${number}`
  }
}
