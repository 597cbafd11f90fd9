/**
 * Many changes become few refreshes: the first one at once, those that come meanwhile together, never two at the same time
 * and never more often than `everyMs`. So ten thousand changes a second cost the page what four do.
 */
import type { Clock } from '../../../src/base/clock.ts'

export interface GatherPorts {
  readonly clock: Clock
  readonly everyMs: number
  /** Brings the page up to date; must not reject. */
  refresh(this: void, names: ReadonlySet<string>): Promise<void>
}

export class Gather {
  readonly #ports: GatherPorts
  #waiting = new Set<string>()
  #busy = false

  constructor(ports: GatherPorts) {
    this.#ports = ports
  }

  add(names: Iterable<string>): void {
    for (const name of names) this.#waiting.add(name)
    if (!this.#busy) void this.#work()
  }

  async #work(): Promise<void> {
    const { clock, everyMs, refresh } = this.#ports
    this.#busy = true
    while (this.#waiting.size > 0) {
      const names = this.#waiting
      this.#waiting = new Set()
      const gap = new Promise<void>(resolve => { clock.after(everyMs, resolve) })
      await Promise.all([refresh(names), gap])
    }
    this.#busy = false
  }
}
