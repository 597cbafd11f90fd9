/** Wake-ups inside one process: for the memory and SQLite stores, and the near half of PostgreSQL's. */
import type { Hint, Wakeups } from '../engine/ports/wakeups.ts'

export class LocalWakeups implements Wakeups {
  #listeners = new Set<(hint: Hint) => void>()

  publish(hint: Hint): void {
    for (const listener of [...this.#listeners]) listener(hint)
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }
}
