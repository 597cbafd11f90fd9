/**
 * A bounded queue in front of dear work: at most `runningMax` at a time, at most `waitingMax` in line behind
 * them, first come, first served. Whoever finds the line full is told at once, which is better than an answer
 * after the time-out.
 */
export class Slots {
  readonly #runningMax: number
  readonly #waitingMax: number
  #running = 0
  #waiting: (() => void)[] = []

  constructor(runningMax: number, waitingMax: number) {
    this.#runningMax = runningMax
    this.#waitingMax = waitingMax
  }

  get full(): boolean {
    return this.#running >= this.#runningMax && this.#waiting.length >= this.#waitingMax
  }

  /** Runs `work` when its turn comes; null when the line is full. */
  async run<T>(work: () => Promise<T>): Promise<T | null> {
    if (this.full) return null
    if (this.#running < this.#runningMax) this.#running += 1
    else await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    try {
      return await work()
    } finally {
      // The slot goes straight to the next in line, so that nobody who comes now can take it first.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }
}
