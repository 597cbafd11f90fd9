/**
 * Chores: small work that keeps the store healthy, done by the one node that holds the scheduler lane. Each runs at its
 * own interval and never twice at a time; a chore that fails is logged and tried again at its next time.
 * A stop waits for a chore that is under way, but not long: it is left alone then, and may still end by itself.
 */
import { pause, type Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'

/** How long a chore may take to notice that it should end; one statement of it may take longer than a stop may. */
export const CHORE_END_MS_MAX = 2_000

export interface Chore {
  readonly name: string
  readonly everyMs: number
  /** Ends soon after the signal, where it can. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

export class Chores {
  readonly #chores: readonly Chore[]
  readonly #clock: Clock
  readonly #log: Log
  readonly #stop = new AbortController()
  #active = false
  #loops: Promise<unknown> = Promise.resolve()

  constructor(chores: readonly Chore[], clock: Clock, log: Log) {
    this.#chores = chores
    this.#clock = clock
    this.#log = log
  }

  start(): void { this.#loops = Promise.all(this.#chores.map(chore => this.#repeat(chore))) }

  activate(active: boolean): void { this.#active = active }

  async stop(): Promise<void> {
    this.#stop.abort()
    const ended = new AbortController()
    const loops = this.#loops.then(() => { ended.abort() })
    await Promise.race([loops, pause(this.#clock, CHORE_END_MS_MAX, ended.signal)])
  }

  async #repeat(chore: Chore): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(this.#clock, chore.everyMs, this.#stop.signal)
      if (!this.#active || this.#stop.signal.aborted) continue
      try {
        await chore.run(this.#stop.signal)
      } catch (error) {
        this.#log.warn({ chore: chore.name, error: errorText(error) }, 'chore failed')
      }
    }
  }
}
