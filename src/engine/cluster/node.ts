/**
 * The engine of one process: joins the cluster, works as one incarnation, and joins again as a new one when that is over.
 *
 * | state | means |
 * |---|---|
 * | joining | no node row. The first join waits for a former life of this name, and no longer: when the store does not answer, `start` rejects. A later join is tried again until it succeeds |
 * | working | the current incarnation does what the assignment gives it |
 * | draining | `stop` was called: nothing new starts, what runs ends within the limit; a join that is under way is broken off, and undone when it had succeeded |
 * | stopped | nothing runs, and the node row is gone, or expires by itself when the store did not answer |
 */
import { pause, type Clock } from '../../base/clock.ts'
import { idSource, NODE_NUMBER_MAX, type Id, type IdSource } from '../../base/ids.ts'
import { errorText, RotaError } from '../../errors.ts'
import type { NodeRow } from '../ports/node.ts'
import { Incarnation, type EngineDeps } from './incarnation.ts'
import { StoreTime } from './store-time.ts'

const JOIN_RETRY_MS = 500
export const DRAIN_LIMIT_MS = 30_000

export interface NodeDeps extends EngineDeps {
  readonly hostname: string
  /** Fixed by its configuration; else the store leases one. */
  readonly nodeId?: number | null
  readonly version: string
  /** No other process can be alive on this store (the embedded store's lock proves it). */
  readonly alone: boolean
}
export type NodePhase = 'joining' | 'working' | 'draining' | 'stopped'

export class EngineNode {
  readonly #deps: NodeDeps
  readonly #time: StoreTime
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()
  #incarnation: Incarnation | null = null
  /** The incarnation before this one. */
  #former: Id | null = null
  #nodeNumber: number
  #ids: IdSource
  #phase: NodePhase = 'joining'
  #life: Promise<void> = Promise.resolve()
  #stopping: Promise<void> | null = null
  readonly #drainAsked = Promise.withResolvers<void>()

  constructor(deps: NodeDeps) {
    this.#deps = deps
    this.#time = new StoreTime(deps.clock)
    // Until a node id is leased, a drawn one: ids stay unique as long as two joins do not share millisecond and draw.
    this.#nodeNumber = Math.floor(deps.random.next() * (NODE_NUMBER_MAX + 1))
    this.#ids = idSource(this.#nodeNumber, this.#time.clock)
  }

  /** Ids of this node; the source changes its node number when the node joins. */
  readonly ids: IdSource = { next: () => this.#ids.next() }
  /** For all that the process writes into the store: store-time.ts. */
  get storeClock(): Clock { return this.#time.clock }
  get phase(): NodePhase { return this.#phase }
  get incarnation(): Incarnation | null { return this.#incarnation }
  /** Resolves when somebody has asked the node to drain; whoever owns the process stops it then. */
  get drainAsked(): Promise<void> { return this.#drainAsked.promise }

  /**
   * Resolves when the node has joined. Rejects with node/name-in-use or node/id-in-use when another live node has the host
   * name or the fixed node id, with the store's error when that does not answer, and with an AbortError when `stop` is called before.
   */
  start(): Promise<void> {
    const joined = this.#firstJoin()
    this.#life = joined.then(() => this.#live(), () => undefined)
    return joined
  }

  announce(): void { this.#incarnation?.announce() }

  /**
   * Finishes what runs within the limit and leaves, once `closed` has resolved: so long the cluster shows what the rest of the
   * process still does. A second call waits for the end of the first.
   */
  stop(limitMs = DRAIN_LIMIT_MS, closed: Promise<unknown> = Promise.resolve()): Promise<void> {
    this.#stopping ??= this.#end(limitMs, closed)
    return this.#stopping
  }

  /** Makes a stop, now or later, abort what runs at once instead of waiting for the limit. */
  hurry(): void { this.#hurry.abort() }

  async #firstJoin(): Promise<void> {
    this.#stop.signal.throwIfAborted()
    if (this.#deps.alone) await this.#deps.store.leases.reapAll(null)
    await this.#begin()
  }

  async #end(limitMs: number, closed: Promise<unknown>): Promise<void> {
    this.#phase = 'draining'
    this.#stop.abort()
    try {
      await this.#life
      await this.#incarnation?.drain(limitMs, this.#hurry.signal, closed)
    } finally {
      this.#incarnation = null
      this.#phase = 'stopped'
    }
  }

  async #live(): Promise<void> {
    const stopped = new Promise<false>(resolve => { this.#stop.signal.addEventListener('abort', () => { resolve(false) }, { once: true }) })
    while (this.#incarnation) {
      const over = await Promise.race([this.#incarnation.over, stopped])
      if (!over) return
      this.#deps.log.warn({ incarnation: this.#incarnation.id }, 'this incarnation is over, joining again')
      await this.#incarnation.dispose()
      this.#former = this.#incarnation.id
      this.#incarnation = null
      if (!this.#stop.signal.aborted) this.#phase = 'joining'
      await this.#rejoin()
    }
  }

  async #rejoin(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        return await this.#begin()
      } catch (error) {
        if (this.#stop.signal.aborted) return
        this.#deps.log.warn({ error: errorText(error) }, 'joining the cluster failed')
        await pause(this.#deps.clock, JOIN_RETRY_MS, this.#stop.signal)
      }
    }
  }

  async #begin(): Promise<void> {
    const askedMs = this.#deps.clock.monotonicMs()
    this.#time.seen(await this.#deps.store.now(), askedMs)
    const id = this.#ids.next()
    const { joinedMs, nodeId } = await this.#join(id)
    if (this.#stop.signal.aborted) {
      await this.#undoJoin(id)
      this.#stop.signal.throwIfAborted()
    }
    this.#useNumber(nodeId)
    this.#incarnation = new Incarnation(id, nodeId, this.ids, this.#time, this.#deps)
    void this.#incarnation.drainAsked.then(() => { this.#drainAsked.resolve() })
    this.#incarnation.start(joinedMs)
    this.#phase = 'working'
  }

  /** With the number it had, the source goes on from its last time: a new one could repeat ids when the wall clock has stepped back. */
  #useNumber(nodeId: number): void {
    if (nodeId === this.#nodeNumber) return
    this.#nodeNumber = nodeId
    this.#ids = idSource(nodeId, this.#time.clock)
  }

  async #undoJoin(id: Id): Promise<void> {
    try {
      await this.#deps.store.leases.leave(id)
    } catch (error) {
      this.#deps.log.warn({ error: errorText(error) }, 'a join that came too late could not be undone: its row expires by itself')
    }
  }

  /** A row of the same host name or fixed node id may be our own former life: it is waited for until it renews or expires. */
  async #join(id: Id): Promise<{ joinedMs: number; nodeId: number }> {
    const { store, clock, hostname, nodeId, version, nodeState, times, log } = this.#deps
    let seen: NodeRow | null = null
    for (;;) {
      this.#stop.signal.throwIfAborted()
      const joinedMs = clock.monotonicMs()
      const reply = await store.leases.join({ incarnation: id, hostname, version, state: nodeState(), nodeId: nodeId ?? null, former: this.#former }, times.ttlMs)
      if ('nodeId' in reply) return { joinedMs, nodeId: reply.nodeId }
      const other = reply.refusedBy
      if (seen && (seen.incarnation !== other.incarnation || seen.renewedAt !== other.renewedAt)) throw inUse(other, hostname)
      if (!seen) log.info({ hostname, startedAt: new Date(other.startedAt).toISOString() }, 'a node of this name or node id was here: waiting to see whether it lives')
      seen ??= other
      await pause(clock, JOIN_RETRY_MS, this.#stop.signal)
      this.#stop.signal.throwIfAborted()
      await store.leases.reap()
    }
  }
}

function inUse(other: NodeRow, hostname: string): RotaError {
  const who = `node ${other.nodeId} with the host name ${other.hostname} runs since ${new Date(other.startedAt).toISOString()}`
  const details = { nodeId: other.nodeId }
  return other.hostname === hostname
    ? new RotaError('node/name-in-use', `${who}; set STALWART_HOSTNAME to another name`, details)
    : new RotaError('node/id-in-use', `${who}; give each node its own [cluster] node-id in its ROTA_CONFIG`, details)
}
