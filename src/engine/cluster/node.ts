/**
 * The engine of one process: joins the cluster, works as one incarnation, and joins again as a new one when that is over.
 *
 * | state | means |
 * |---|---|
 * | joining | no node row yet: the store is asked again until it answers |
 * | working | the current incarnation does what the assignment gives it |
 * | draining | `stop` was called: nothing new starts, what runs ends within the limit |
 * | stopped | the node row is gone, nothing runs |
 */
import { pause } from '../../base/clock.ts'
import { idSource, NODE_NUMBER_MAX, type Id, type IdSource } from '../../base/ids.ts'
import { errorText, RotaError } from '../../errors.ts'
import type { NodeRow } from '../ports.ts'
import { Incarnation, type EngineDeps } from './incarnation.ts'

const JOIN_RETRY_MS = 500
export const DRAIN_LIMIT_MS = 30_000

export interface NodeDeps extends EngineDeps {
  readonly hostname: string
  readonly version: string
  /** No other process can be alive on this store (the embedded store's lock proves it). */
  readonly alone: boolean
}
export type NodePhase = 'joining' | 'working' | 'draining' | 'stopped'

export class EngineNode {
  readonly #deps: NodeDeps
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()
  #incarnation: Incarnation | null = null
  #ids: IdSource
  #phase: NodePhase = 'joining'
  #life: Promise<void> = Promise.resolve()

  constructor(deps: NodeDeps) {
    this.#deps = deps
    // Until a node id is leased, a drawn one: ids stay unique as long as two joins do not share millisecond and draw.
    this.#ids = idSource(Math.floor(deps.random.next() * (NODE_NUMBER_MAX + 1)), deps.clock)
  }

  /** Ids of this node; the source changes its node number when the node joins. */
  readonly ids: IdSource = { next: () => this.#ids.next() }
  get phase(): NodePhase { return this.#phase }
  get incarnation(): Incarnation | null { return this.#incarnation }

  /** Resolves when the node has joined. Rejects with node/name-in-use when another live node has the host name. */
  async start(): Promise<void> {
    if (this.#deps.alone) await this.#deps.store.leases.reapAll(null)
    await this.#begin()
    this.#life = this.#live()
  }

  announce(): void { this.#incarnation?.announce() }

  /** Finishes what runs within the limit and leaves. May be called twice; the second call waits for the first. */
  async stop(limitMs = DRAIN_LIMIT_MS): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#phase = 'draining'
      this.#stop.abort()
      await this.#life
      await this.#incarnation?.drain(limitMs, this.#hurry.signal)
      this.#incarnation = null
      this.#phase = 'stopped'
    }
    await this.#life
  }

  /** Makes a stop, now or later, abort what runs at once instead of waiting for the limit. */
  hurry(): void { this.#hurry.abort() }

  async #live(): Promise<void> {
    const stopped = new Promise<false>(resolve => { this.#stop.signal.addEventListener('abort', () => { resolve(false) }, { once: true }) })
    while (this.#incarnation) {
      const over = await Promise.race([this.#incarnation.over, stopped])
      if (!over) return
      this.#deps.log.warn({ incarnation: this.#incarnation.id }, 'this incarnation is over, joining again')
      await this.#incarnation.dispose()
      this.#incarnation = null
      this.#phase = 'joining'
      await this.#rejoin()
    }
  }

  async #rejoin(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        return await this.#begin()
      } catch (error) {
        this.#deps.log.warn({ error: errorText(error) }, 'joining the cluster failed')
        await pause(this.#deps.clock, JOIN_RETRY_MS, this.#stop.signal)
      }
    }
  }

  async #begin(): Promise<void> {
    const { clock } = this.#deps
    const id = this.#ids.next()
    const { joinedMs, nodeId } = await this.#join(id)
    this.#ids = idSource(nodeId, clock)
    this.#incarnation = new Incarnation(id, nodeId, this.ids, this.#deps)
    this.#incarnation.start(joinedMs)
    if (!this.#stop.signal.aborted) this.#phase = 'working'
  }

  /** A row of the same host name may be our own former life: it is waited for until it renews or expires. */
  async #join(id: Id): Promise<{ joinedMs: number; nodeId: number }> {
    const { store, clock, hostname, version, nodeState, times, log } = this.#deps
    let seen: NodeRow | null = null
    for (;;) {
      const joinedMs = clock.monotonicMs()
      const reply = await store.leases.join({ incarnation: id, hostname, version, state: nodeState() }, times.ttlMs)
      if ('nodeId' in reply) return { joinedMs, nodeId: reply.nodeId }
      const other = reply.refusedBy
      if (seen && (seen.incarnation !== other.incarnation || seen.renewedAt !== other.renewedAt)) throw nameInUse(other)
      if (!seen) log.info({ hostname, startedAt: new Date(other.startedAt).toISOString() }, 'a node of this name was here: waiting to see whether it lives')
      seen ??= other
      await pause(clock, JOIN_RETRY_MS, this.#stop.signal)
      if (this.#stop.signal.aborted) throw nameInUse(other)
      await store.leases.reap()
    }
  }
}

function nameInUse(other: NodeRow): RotaError {
  const since = new Date(other.startedAt).toISOString()
  return new RotaError('node/name-in-use', `node ${other.nodeId} with the host name ${other.hostname} runs since ${since}; set STALWART_HOSTNAME to another name`, { nodeId: other.nodeId })
}
