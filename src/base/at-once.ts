/** How many of each key are in progress, with a maximum: places for accounts, addresses, peers. */
export class AtOnce {
  readonly #max: number
  readonly #counts = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Runs `work` and gives its place back; null, without running it, when the key has no place left. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T | null> {
    const others = this.#counts.get(key) ?? 0
    if (others >= this.#max) return null
    this.#counts.set(key, others + 1)
    try {
      return await work()
    } finally {
      const left = (this.#counts.get(key) ?? 1) - 1
      if (left > 0) this.#counts.set(key, left)
      else this.#counts.delete(key)
    }
  }
}
