/**
 * Wake-ups of one transaction (or of one burst), merged so that one commit sends at most one hint of each kind.
 * Tables write into it while they work; the store publishes what it holds after commit and forgets it on rollback.
 */
import type { Id } from '../base/ids.ts'
import type { Hint } from '../engine/ports/wakeups.ts'

export class HintBuffer {
  readonly #lanes = new NameSet()
  readonly #objects = new NameSet()
  readonly #edited = new NameSet()
  readonly #ran = new NameSet()
  #leases = false
  #requests = false
  #schedules = false
  #recorded = false
  #lost = false

  /** A task of this lane was added, or is due earlier than it was. */
  lane(name: string): void { this.#lanes.add([name]) }
  /** An object of this name was written. */
  object(name: string): void { this.#objects.add([name]) }
  /** A node joined or left, or a bucket became free. */
  leases(): void { this.#leases = true }
  /** A task that does not run was edited or destroyed. */
  edited(id: Id): void { this.#edited.add([id]) }
  /** A pinned task was asked to stop. */
  requests(): void { this.#requests = true }
  /** A schedule was written or removed. */
  schedules(): void { this.#schedules = true }

  add(hint: Hint): void {
    switch (hint.kind) {
      case 'tasks': return this.#lanes.add(hint.lanes)
      case 'objects': return this.#objects.add(hint.names)
      case 'edited': return this.#edited.add(hint.ids)
      case 'leases': return this.leases()
      case 'requests': return this.requests()
      case 'schedules': return this.schedules()
      case 'ran': return this.#ran.add(hint.ids)
      case 'recorded':
        this.#recorded = true
        return
      case 'lost':
        this.#lost = true
    }
  }

  /** What was gathered, at most one hint a kind; the buffer is empty afterwards. */
  take(): Hint[] {
    const hints: Hint[] = []
    if (this.#lost) hints.push({ kind: 'lost' })
    if (this.#leases) hints.push({ kind: 'leases' })
    if (this.#requests) hints.push({ kind: 'requests' })
    if (this.#schedules) hints.push({ kind: 'schedules' })
    const names = this.#objects.take()
    if (names) hints.push({ kind: 'objects', names })
    const ids = this.#edited.take()
    if (ids) hints.push({ kind: 'edited', ids })
    const lanes = this.#lanes.take()
    if (lanes) hints.push({ kind: 'tasks', lanes })
    const ran = this.#ran.take()
    if (ran) hints.push({ kind: 'ran', ids: ran })
    if (this.#recorded) hints.push({ kind: 'recorded' })
    this.#leases = this.#requests = this.#schedules = this.#recorded = this.#lost = false
    return hints
  }
}

/** Names, or any name: an empty list that was added. */
class NameSet {
  #names = new Set<string>()
  #any = false

  add(names: readonly string[]): void {
    if (names.length === 0) this.#any = true
    for (const name of names) this.#names.add(name)
  }

  take(): string[] | null {
    const names = this.#any ? [] : this.#names.size > 0 ? [...this.#names] : null
    this.#names = new Set()
    this.#any = false
    return names
  }
}
