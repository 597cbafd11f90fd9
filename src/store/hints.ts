/**
 * Wake-ups of one transaction (or of one burst), merged so that one commit sends at most one hint of each kind.
 * Tables write into it while they work; the store publishes what it holds after commit and forgets it on rollback.
 */
import type { Hint } from '../engine/ports.ts'

export class HintBuffer {
  #lanes = new Set<string>()
  #objects = new Set<string>()
  #leases = false
  #requests = false

  /** A task of this lane was added, or is due earlier than it was. */
  lane(name: string): void { this.#lanes.add(name) }
  /** An object of this name was written. */
  object(name: string): void { this.#objects.add(name) }
  /** A node joined or left, or a bucket became free. */
  leases(): void { this.#leases = true }
  /** A pinned task was asked to stop. */
  requests(): void { this.#requests = true }

  add(hint: Hint): void {
    switch (hint.kind) {
      case 'tasks': for (const lane of hint.lanes) this.lane(lane); break
      case 'objects': for (const name of hint.names) this.object(name); break
      case 'leases': this.leases(); break
      case 'requests': this.requests(); break
    }
  }

  /** What was gathered, at most one hint a kind; the buffer is empty afterwards. */
  take(): Hint[] {
    const hints: Hint[] = []
    if (this.#leases) hints.push({ kind: 'leases' })
    if (this.#requests) hints.push({ kind: 'requests' })
    if (this.#objects.size > 0) hints.push({ kind: 'objects', names: [...this.#objects] })
    if (this.#lanes.size > 0) hints.push({ kind: 'tasks', lanes: [...this.#lanes] })
    this.#lanes.clear()
    this.#objects.clear()
    this.#leases = this.#requests = false
    return hints
  }
}
