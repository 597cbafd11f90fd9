/**
 * The way between one process and the store. Every call takes a request there and a reply back; either may take long, get
 * lost, or come when nobody waits for it any more. A call that got lost is given up after a while, and may still be
 * carried out.
 */
import type { Random } from '../../src/base/random.ts'
import type { LeaseStore } from '../../src/engine/ports/node.ts'
import type { QueueStore } from '../../src/engine/ports/queue.ts'
import type { Hint } from '../../src/engine/ports/wakeups.ts'
import { RotaError } from '../../src/errors.ts'
import type { Store } from '../../src/store/store.ts'
import type { Machine } from './machine.ts'
import type { Timeline } from './timeline.ts'

/** Beyond this a caller has given up: the real stores bound their statements, too. */
const PATIENCE_MS = 1_500
/** Of the requests of a host that lags: the others tell it that it goes on. */
const HELD_BACK = 0.4

/** Of all calls. Chances are between 0 and 1. */
export interface Weather {
  readonly delayMs: number
  /** A call that takes up to `slowMs`. */
  readonly slow: number
  readonly slowMs: number
  readonly lost: number
  readonly hintLost: number
}
export const FAIR: Weather = { delayMs: 3, slow: 0, slowMs: 0, lost: 0, hintLost: 0 }

/** What is true of the whole network at the moment. */
export interface Sky { weather: Weather; storeAway: boolean }

export class Network {
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #machine: Machine
  readonly #sky: Sky
  /** The process reaches nothing. */
  cutOff = false
  /** Some requests are held back by up to this long, and carried out all the same, after later ones. */
  lagMs = 0
  #whileItAsks: (() => void) | null = null

  constructor(timeline: Timeline, random: Random, machine: Machine, sky: Sky) {
    this.#timeline = timeline
    this.#random = random
    this.#machine = machine
    this.#sky = sky
  }

  /** The store as this process sees it. */
  reach(store: Store): Store {
    const far = <T extends object>(part: T, asked = () => {}): T => new Proxy(part, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name)
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => {
          const answer = this.#call(() => Reflect.apply(method, target, args) as Promise<unknown>)
          asked()
          return answer
        }
      },
    })
    const asked = () => {
      const strike = this.#whileItAsks
      this.#whileItAsks = null
      strike?.()
    }
    return {
      ...store,
      queue: far<QueueStore>(store.queue, asked),
      leases: far<LeaseStore>(store.leases),
      now: () => this.#call(() => store.now()),
      transact: work => this.#call(() => store.transact(tx => {
        if (this.#machine.dead) throw unavailable()
        return work(tx)
      })),
      read: work => this.#call(() => store.read(work)),
      wakeups: {
        publish: hint => { if (!this.#blocked) store.wakeups.publish(hint) },
        subscribe: listener => store.wakeups.subscribe(hint => { this.#hint(hint, listener) }),
      },
    }
  }

  /** Once, when the process has asked the queue for something and has not heard the answer. */
  whileItAsks(strike: () => void): void { this.#whileItAsks = strike }

  get #blocked(): boolean { return this.cutOff || this.#sky.storeAway }

  #hint(hint: Hint, listener: (hint: Hint) => void): void {
    if (this.#blocked || this.#random.next() < this.#sky.weather.hintLost) return
    this.#timeline.after(this.#delayMs(), () => { this.#machine.deliver(() => { listener(hint) }) })
  }

  /** What will become of a call is drawn at its start; only a cut on the way can still change it. */
  #call<T>(carryOut: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const heldMs = this.#random.next() < HELD_BACK ? this.#random.next() * this.lagMs : 0
      const thereMs = this.#delayMs() + heldMs
      const backMs = this.#delayMs()
      const [requestLost, replyLost] = [this.#lost(), this.#random.next() < this.#sky.weather.lost]
      const startedMs = this.#timeline.nowMs
      const giveUp = () => {
        const leftMs = startedMs + PATIENCE_MS - this.#timeline.nowMs
        this.#timeline.after(leftMs, () => { this.#machine.deliver(() => { reject(unavailable()) }) })
      }
      if (requestLost) {
        giveUp()
        return
      }
      const inTime = thereMs + backMs <= PATIENCE_MS && !replyLost
      if (!inTime) giveUp()
      this.#timeline.after(thereMs, () => {
        if (this.#blocked) {
          if (inTime) giveUp()
          return
        }
        const back = (settle: () => void) => {
          if (!inTime) return
          this.#timeline.after(backMs, () => {
            if (this.#blocked) giveUp()
            else this.#machine.deliver(settle)
          })
        }
        carryOut().then(value => { back(() => { resolve(value) }) }, (error: unknown) => { back(() => { reject(error) }) })
      })
    })
  }

  #lost(): boolean { return this.#blocked || this.#random.next() < this.#sky.weather.lost }

  #delayMs(): number {
    const { delayMs, slow, slowMs } = this.#sky.weather
    return this.#random.next() * (this.#random.next() < slow ? slowMs : delayMs)
  }
}

function unavailable(): RotaError {
  return new RotaError('store/unavailable', 'the store does not answer')
}
