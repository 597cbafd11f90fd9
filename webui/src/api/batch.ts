/**
 * Calls that are made in the same tick go in one request, in parts of what the server takes in one. A group of calls that
 * refer to each other (`resultOf: 'c0'` is the first of its own group) stays together; its references are renumbered.
 */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Call } from '../../../src/jmap-client/client.ts'
import type { Reply } from '../../../src/jmap-client/reply.ts'

export interface BatchPorts {
  /** Sends one request; replies in the order of the calls. */
  send(this: void, calls: readonly Call[]): Promise<readonly Reply[]>
  /** Calls in one request. */
  callsMax(this: void): Promise<number>
  /** Runs later, but in this tick. */
  later(this: void, run: () => void): void
}
interface Waiting {
  readonly calls: readonly Call[]
  resolve(this: void, replies: readonly Reply[]): void
  reject(this: void, error: unknown): void
}

export class Batch {
  readonly #ports: BatchPorts
  #waiting: Waiting[] = []

  constructor(ports: BatchPorts) {
    this.#ports = ports
  }

  /** Replies in the order of the calls. */
  request(calls: readonly Call[]): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ calls, resolve, reject })
      if (this.#waiting.length === 1) this.#ports.later(() => { void this.#flush() })
    })
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    try {
      const callsMax = await this.#ports.callsMax()
      await Promise.all(requests(waiting, callsMax).map(groups => this.#send(groups)))
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  async #send(groups: readonly Waiting[]): Promise<void> {
    const calls: Call[] = []
    for (const group of groups) {
      const offset = calls.length
      calls.push(...group.calls.map(({ name, args }) => ({ name, args: renumbered(args, offset) })))
    }
    try {
      const replies = await this.#ports.send(calls)
      let from = 0
      for (const { calls: own, resolve } of groups) {
        resolve(replies.slice(from, from + own.length))
        from += own.length
      }
    } catch (error) {
      for (const { reject } of groups) reject(error)
    }
  }
}

/** A group that is larger than a request by itself still goes alone: the server names the limit. */
function requests(waiting: readonly Waiting[], callsMax: number): Waiting[][] {
  const all: Waiting[][] = []
  let count = Infinity
  for (const group of waiting) {
    if (count + group.calls.length > callsMax) {
      all.push([])
      count = 0
    }
    all.at(-1)?.push(group)
    count += group.calls.length
  }
  return all
}

/** RFC 8620 §3.7: members whose name begins with # hold a ResultReference. */
function renumbered(args: JsonObject, offset: number): JsonObject {
  if (offset === 0) return args
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, key.startsWith('#') ? moved(value, offset) : value]))
}

function moved(reference: Json, offset: number): Json {
  if (!isJsonObject(reference) || typeof reference['resultOf'] !== 'string') return reference
  return { ...reference, resultOf: `c${Number(reference['resultOf'].slice(1)) + offset}` }
}
