/**
 * Tells parts of the server that objects they depend on have changed, on whatever node that happened: hints make it
 * quick, a look at the store's version counters every second makes it sure.
 */
import { Bell } from '../base/bell.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Service } from '../base/service.ts'
import { errorText } from '../errors.ts'
import type { Store } from '../store/store.ts'

const LOOK_EVERY_MS = 1_000

export interface Watch {
  /** Object names; a change of any calls `changed`. */
  readonly names: readonly string[]
  /** Reads what it needs and applies it. Called again after a failure, and never twice at a time. */
  readonly changed: () => Promise<void>
}

export class ObjectWatcher implements Service {
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Log
  readonly #watches: readonly Watch[]
  readonly #seen = new Map<Watch, string>()
  readonly #stop = new AbortController()
  readonly #bell = new Bell()
  #unsubscribe: () => void = () => {}
  #loop: Promise<void> = Promise.resolve()

  constructor(store: Store, clock: Clock, log: Log, watches: readonly Watch[]) {
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.#watches = watches
  }

  /** Calls every watch once, then watches. */
  async start(): Promise<void> {
    this.#unsubscribe = this.#store.wakeups.subscribe(hint => { if (hint.kind === 'objects') this.#bell.ring() })
    await this.#look()
    this.#loop = this.#looking()
  }

  async stop(): Promise<void> {
    this.#unsubscribe()
    this.#stop.abort()
    await this.#loop
  }

  async #looking(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#look()
      } catch (error) {
        this.#log.warn({ error: errorText(error) }, 'objects could not be looked at')
      }
      await this.#bell.wait(this.#clock, LOOK_EVERY_MS, this.#stop.signal)
    }
  }

  async #look(): Promise<void> {
    const versions = await this.#store.read(tx => tx.objects.versions())
    for (const watch of this.#watches) {
      const seen = watch.names.map(name => versions[name] ?? 0).join('/')
      if (this.#seen.get(watch) === seen) continue
      await watch.changed()
      this.#seen.set(watch, seen)
    }
  }
}
