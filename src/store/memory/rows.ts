/**
 * One table of the memory store: a map that forks in O(1). A fork shares its entries with the original until one of the
 * two writes, and only then copies them; so a transaction works on forks that replace the originals when it commits,
 * a rollback just drops them, and a reader keeps the forks that it began with. Values must never be changed in place.
 */
export class Rows<V> {
  #entries: Map<string, V>
  #shared = false

  constructor(entries = new Map<string, V>()) {
    this.#entries = entries
  }

  get(key: string): V | undefined { return this.#entries.get(key) }
  has(key: string): boolean { return this.#entries.has(key) }
  values(): MapIterator<V> { return this.#entries.values() }
  entries(): MapIterator<[string, V]> { return this.#entries.entries() }

  set(key: string, value: V): void {
    this.#own()
    this.#entries.set(key, value)
  }

  delete(key: string): boolean {
    if (!this.#entries.has(key)) return false
    this.#own()
    return this.#entries.delete(key)
  }

  fork(): Rows<V> {
    this.#shared = true
    const fork = new Rows(this.#entries)
    fork.#shared = true
    return fork
  }

  #own(): void {
    if (!this.#shared) return
    this.#entries = new Map(this.#entries)
    this.#shared = false
  }
}

/** The key of a row whose primary key has several columns. */
export function rowKey(...parts: readonly string[]): string {
  return parts.join('\0')
}
