/** Nodes as they are stored, and the leases by which they hold buckets (README.md of engine/lease). */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'

/** Of so many shards of a lane, the one with this number, from 0: it has the buckets b with b mod `of` = `index`. */
export interface Shard { readonly index: number; readonly of: number }
/** How a node's own configuration divides work by hand. */
export interface NodeSharding {
  /** Into how many shards push delivery is cut; null: as many as its lane has buckets. */
  readonly pushShards: number | null
  /** Older scheme, by lane: what the node works of it; null: nothing. A lane that is missing is not divided. */
  readonly lanes: Readonly<Record<string, Shard | null>>
}
/** A live process. `duties`, `pushShard`, `draining` and `sharding` are what assignment reads; `info` is for people. */
export interface NodeRow {
  readonly incarnation: Id
  readonly nodeId: number
  readonly hostname: string
  readonly role: string | null
  readonly duties: readonly string[]
  readonly pushShard: number | null
  readonly draining: boolean
  /** Absent: nothing is divided by hand. */
  readonly sharding?: NodeSharding
  readonly version: string
  readonly startedAt: number
  readonly renewedAt: number
  readonly expiresAt: number
  /** Somebody has asked this process to finish and end; it cannot be taken back. */
  readonly drainRequested: boolean
  readonly info: JsonObject
}
/** What a node may change of its row at any heartbeat. */
export type NodeState = Pick<NodeRow, 'role' | 'duties' | 'pushShard' | 'draining' | 'sharding' | 'info'>

export interface LeaseRow { readonly lane: string; readonly bucket: number; readonly holder: Id | null; readonly generation: number }
export interface BucketRef { readonly lane: string; readonly bucket: number }
/** `diedAt`: when a holder of it was last declared dead (null: never): tasks that were due before may have been running then. */
export interface Granted extends BucketRef { readonly generation: number; readonly diedAt: number | null }

/** A node id and the host name that it was last leased to; `live` while its node row is. Kept after death, for people. */
export interface KnownNode { readonly nodeId: number; readonly hostname: string; readonly renewedAt: number; readonly live: NodeRow | null }

/** What was freed of dead holders, which are those that held something. `hostname` null: there was no row of it. */
export interface Released {
  readonly holders: readonly { readonly incarnation: Id; readonly hostname: string | null }[]
  readonly leases: number
  readonly tasks: number
}

export interface LeaseStore {
  /** Creates the node row of a new incarnation and leases `nodeId`, or without one the lowest free node id (an old id of the same host name first). Refused while a live node has the host name or `nodeId`. `former`: the incarnation that the same process was before: what it was asked, this one is asked too. */
  join(node: { readonly incarnation: Id; readonly hostname: string; readonly version: string; readonly state: NodeState; readonly nodeId?: number | null; readonly former?: Id | null }, ttlMs: number): Promise<{ readonly nodeId: number } | { readonly refusedBy: NodeRow }>
  /** Renews the row, also one that has expired and that nobody has declared dead yet: its leases and pins are still its own. False when the row is gone: this incarnation is over. */
  heartbeat(incarnation: Id, state: NodeState, ttlMs: number): Promise<boolean>
  /** Deletes the row, frees the leases (planned) and unpins what is left. */
  leave(incarnation: Id): Promise<void>
  /** Declares dead every node whose row has expired: row deleted, its leases freed and marked with this moment, its pinned tasks charged with a crash and unpinned, all in one transaction. Returns the dead. `except` is spared: a node that slept, or whose store's clock was set, must not declare itself. */
  reap(except?: Id): Promise<readonly NodeRow[]>
  /** The same for nodes that are known dead before their row expires (embedded store: the data folder's lock proves it). */
  reapAll(except: Id | null): Promise<readonly NodeRow[]>
  /**
   * `reap` for who asks what it did. It takes in what incarnations hold that have no row at all: no node leaves that
   * behind, only somebody who has changed rows by hand.
   */
  releaseDead(except?: Id): Promise<Released>
  view(): Promise<{ readonly now: number; readonly nodes: readonly NodeRow[]; readonly leases: readonly LeaseRow[] }>
  /** Takes buckets that nobody holds, or this node already does (an earlier reply got lost); fenced. Those that somebody else took meanwhile are missing from the reply. */
  acquire(incarnation: Id, buckets: readonly BucketRef[]): Promise<'lost' | readonly Granted[]>
  /** Gives buckets back, each bound to the generation under which it was held. */
  release(incarnation: Id, buckets: readonly (BucketRef & { readonly generation: number })[]): Promise<void>
}

/** The nodes inside a transaction: what people see of them, and may ask of them. */
export interface NodeTable {
  /** The store's clock; every node id ever leased, dead ones included, by node id; the leases by lane and bucket. */
  look(): Promise<{ readonly now: number; readonly nodes: readonly KnownNode[]; readonly leases: readonly LeaseRow[] }>
  /** Asks a node to do what SIGTERM would; one that sleeps hears of it when it comes back. False, and nothing is written: this incarnation is gone, or has expired. */
  requestDrain(incarnation: Id): Promise<boolean>
}
