/** Fetched tasks of one band that have not started, in (due, id) order. Sorting is put off until somebody looks. */
import type { Id } from '../../base/ids.ts'
import type { TaskRow } from '../ports/task.ts'

export class WaitingList {
  #rows: TaskRow[] = []
  readonly #ids = new Set<Id>()
  #sorted = true

  get size(): number { return this.#rows.length }

  add(row: TaskRow): void {
    if (this.#ids.has(row.id)) return
    this.#ids.add(row.id)
    this.#rows.push(row)
    this.#sorted = false
  }

  inOrder(): readonly TaskRow[] {
    // Streams arrive sorted, so this mostly merges runs.
    if (!this.#sorted) this.#rows.sort((a, b) => a.due - b.due || (a.id < b.id ? -1 : 1))
    this.#sorted = true
    return this.#rows
  }

  remove(id: Id): void {
    if (this.#ids.has(id)) this.removeWhere(row => row.id === id)
  }

  removeWhere(gone: (row: TaskRow) => boolean): void {
    this.#rows = this.#rows.filter(row => {
      if (!gone(row)) return true
      this.#ids.delete(row.id)
      return false
    })
  }
}
