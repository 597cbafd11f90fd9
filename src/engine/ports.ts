/**
 * What the engine needs from outside: a task store, a lease store, a history, wake-ups, a clock and a random source.
 * The store is the truth: its clock decides what is due and what has expired, and every write of an outcome is fenced on
 * the writer's own node row (README.md of engine/lease). Implementations run the suites in test/contract.
 */
import type { Id } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'

// ---- tasks -----------------------------------------------------------------------------------------------------

export type TaskStatus = 'Pending' | 'Retry' | 'Failed'
/** 0 = interactive, 1 = bulk. Inside a lane an interactive task that is due always starts before a bulk one. */
export type Band = 0 | 1
/** `due` of a Failed task: never due, sorts after everything. */
export const DUE_NEVER = Number.MAX_SAFE_INTEGER

/** A task as it is stored. Times are ms since 1970. */
export interface TaskRow {
  readonly id: Id
  readonly variant: string
  readonly lane: string
  readonly bucket: number
  readonly band: Band
  readonly due: number
  readonly status: TaskStatus
  /** Grows when state or payload change (edit, coalescing, retry); pins and requests leave it. An outcome only counts for the version that was run. */
  readonly version: number
  readonly orderingKey: string
  readonly dedupeKey: string | null
  readonly accountId: Id | null
  readonly domainId: Id | null
  readonly payload: JsonObject
  readonly createdAt: number
  /** Failed attempts so far (`attemptNumber` / `failedAttemptNumber` on the wire). */
  readonly attempt: number
  /** Base of the total deadline; null until the first failure. */
  readonly firstFailedAt: number | null
  readonly failedAt: number | null
  readonly failureReason: string | null
  /** How often a node died while it held this task: such a task runs alone (engine/run/README.md). */
  readonly crashes: number
  /** Set while the task is pinned: the incarnation that runs it. */
  readonly holder: Id | null
  readonly startedAt: number | null
  readonly progress: JsonObject | null
  /** Asked of the holder, not yet acknowledged. */
  readonly request: TaskRequest | null
  /** The task that has handed a part of its work to this one. It may be gone. */
  readonly parentId: Id | null
}

/** What the owner of a running task is asked to do after it has stopped: the second phase of cancel and reschedule. */
export type TaskRequest = { readonly kind: 'destroy' } | { readonly kind: 'edit'; readonly edit: TaskEdit }

export interface NewTask {
  readonly id: Id
  readonly variant: string
  readonly lane: string
  readonly bucket: number
  readonly band: Band
  readonly due: number
  readonly orderingKey: string
  readonly dedupeKey: string | null
  readonly accountId: Id | null
  readonly domainId: Id | null
  readonly payload: JsonObject
  /** Default Pending with attempt 0. */
  readonly state?: TaskState
  readonly parentId?: Id | null
}

/** The status part of a row, as an administrator or a failed run sets it. */
export interface TaskState {
  readonly status: TaskStatus
  readonly due: number
  readonly attempt: number
  readonly firstFailedAt: number | null
  readonly failedAt: number | null
  readonly failureReason: string | null
}

/** What a row says of its payload to those that must not read it. */
export type TaskKeys = Pick<TaskRow, 'bucket' | 'orderingKey' | 'dedupeKey' | 'accountId' | 'domainId'>

/**
 * Changes to a stored task; what is left out stays. `payload`: the members that change. `keys`: given when the new
 * payload has others.
 */
export interface TaskEdit { readonly state?: TaskState; readonly payload?: JsonObject; readonly keys?: TaskKeys }
/** `takenBy`: another waiting task has the new dedupe key, and nothing was changed. */
export type EditReply = 'applied' | 'requested' | 'gone' | 'changed' | { readonly takenBy: Id }

/**
 * `coalesced`: a waiting task (Pending or Retry) with the same dedupe key took the new one in: its version grows, the
 * earlier due, the lower band and the members of the new payload count, `id` is that task's. What else is in its payload is how
 * far it got, and stays: a task that is under way goes on. A Failed task holds no dedupe key; one
 * that is set back to Pending while another waits under its key gives the key up.
 */
export type InsertReply = { readonly id: Id; readonly coalesced: boolean }

export interface TaskFilter {
  readonly variants?: readonly string[]
  readonly status?: readonly TaskStatus[]
  readonly dueMin?: number
  readonly dueMax?: number
  /** Exclusive bounds (`dueIsGreaterThan`, `dueIsLessThan`). */
  readonly dueAbove?: number
  readonly dueBelow?: number
  readonly accountId?: Id
  readonly domainId?: Id
  readonly lane?: string
  readonly running?: boolean
  readonly parentId?: Id
  /** Failed ones of this group: `failureKey` of base/failure-reason.ts. */
  readonly failure?: Id
  /** Ids up to and including this one: what was there when it was the newest. */
  readonly idMax?: Id
}
/** Tasks of one variant and status; `running`: those of them that are pinned. */
export interface TaskTally { readonly variant: string; readonly status: TaskStatus; readonly count: number; readonly running: number }
/** The whole queue at a glance, for people. */
export interface TaskSurvey {
  /** `firstDue`: of those that wait and do not run, the first; null: there is none. */
  readonly groups: readonly (TaskTally & { readonly firstDue: number | null })[]
  /** Counts up to SURVEY_EXACT_MAX are exact. How old the larger ones are, in ms; null: they are estimates. */
  readonly ageMs: number | null
}
/** In PostgreSQL 1,000 took the database 25 ms of processor time for forty variants and statuses that nobody had vacuumed yet. */
export const SURVEY_EXACT_MAX = 250
/** Failed tasks of one variant with one normal reason, told by its key; when the first and the last of them failed. */
export interface FailureGroup { readonly key: Id; readonly variant: string; readonly count: number; readonly oldest: number; readonly newest: number }
/** What is left of the parts of a task: those that wait or run, and those that have failed. What was done is gone. */
export interface Children { readonly waiting: number; readonly failed: number }
export type PartsLeft = keyof Children
/** Total order for pages: by the property, then by id in the same direction. `createdAt` is the order of ids, which begin with that time. */
export interface TaskOrder { readonly property: 'due' | 'createdAt'; readonly ascending: boolean }
export interface TaskPage {
  readonly order: TaskOrder
  readonly limit: number
  /** Rows strictly after this key in the order. */
  readonly after?: { readonly value: number; readonly id: Id }
  readonly position?: number
}

/** One stream of a lane: what a fetch reads in order. */
export interface StreamRef { readonly lane: string; readonly bucket: number; readonly band: Band }
/** A task that may hold others of its ordering key up. */
export type TaskAhead = Pick<TaskRow, 'id' | 'lane' | 'bucket' | 'band' | 'due' | 'orderingKey' | 'holder'>

/** Tasks inside a transaction: what enqueuers and administrators do. */
export interface TaskTable {
  insert(tasks: readonly NewTask[]): Promise<InsertReply[]>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<TaskRow[]>
  /** Ids of one page. */
  query(filter: TaskFilter, page: TaskPage): Promise<Id[]>
  /** Exact up to 10,000. A larger one may be as it was up to 30 s ago, or an estimate when nobody has asked for it lately (store/queue/README.md): for people to read, not to build on. */
  count(filter: TaskFilter): Promise<number>
  /** How many match, exactly: reads an index entry of each. */
  tally(filter: TaskFilter): Promise<TaskTally[]>
  /** By variant and status, in a few ms however many tasks there are (store/queue/README.md). */
  survey(): Promise<TaskSurvey>
  /** The groups with the most failed tasks first, at most `limit`; or those with these keys. Reads an index entry of each failed task of them. */
  failures(limit: number, keys?: readonly Id[]): Promise<FailureGroup[]>
  /** Of each of these groups the tasks that were made last, at most `each`, in no particular order. */
  newestFailures(keys: readonly Id[], each: number): Promise<Id[]>
  /** Gives Failed rows a key that have none because an older version wrote them; how many it were, at most `limit`. */
  groupFailures(limit: number): Promise<number>
  /** The store's clock, and what stands before others: of each stream the first due tasks, at most `limit`; and the pinned tasks of these ordering keys. */
  ahead(streams: readonly StreamRef[], orderingKeys: readonly string[], limit: number): Promise<{ readonly now: number; readonly tasks: readonly TaskAhead[] }>
  /** Applies an edit when the row still has `version`; pinned rows get it as a request instead. Holder and crashes of an edited row are cleared. */
  edit(id: Id, version: number, edit: TaskEdit): Promise<EditReply>
  /** The same for many tasks, each named once. */
  editAll(edits: readonly { readonly id: Id; readonly version: number; readonly edit: TaskEdit }[]): Promise<EditReply[]>
  /** What is left of the parts of each of these tasks; tasks without parts are not in the reply. */
  children(ids: readonly Id[]): Promise<ReadonlyMap<Id, Children>>
  /**
   * Removes a row; a pinned one gets the request and goes when its holder has stopped. So do the parts of it that wait, and
   * the parts of those. If these are too many for one transaction, what is left of them goes in some more, which the
   * workers make: until then the row stays with the request, and a repeat removes as many again.
   */
  destroy(id: Id): Promise<DestroyReply>
  /** The same for many tasks, each named once, as long as they still have this version. */
  destroyAll(tasks: readonly { readonly id: Id; readonly version: number }[]): Promise<(DestroyReply | 'changed')[]>
}
export type DestroyReply = 'applied' | 'requested' | 'gone'

/** Where a fetch goes on in one stream (lane, bucket, band): rows with (due, id) greater than the cursor. */
export interface StreamCursor { readonly bucket: number; readonly band: Band; readonly afterDue: number; readonly afterId: Id }
/** The start of every stream. */
export const CURSOR_START: Pick<StreamCursor, 'afterDue' | 'afterId'> = { afterDue: -1, afterId: '' }

/**
 * How a run ended. Whatever it is, a pin is let go only if it is that of this start (`startedAt`; left out: any of the
 * holder): the network may repeat an old write while the holder runs the task again. A request that waits on a pin is
 * carried out when the pin is let go.
 */
export type Finish = { readonly id: Id; readonly startedAt?: number } & (
  | { readonly kind: 'done'; readonly version: number; readonly followUps?: readonly NewTask[] }
  | { readonly kind: 'again'; readonly version: number; readonly state: TaskState; readonly payload?: JsonObject; readonly crashes?: number; readonly children?: readonly NewTask[] }
  /** Left as it was: hand-over, shutdown, or stopped because of a request. */
  | { readonly kind: 'release' }
)

/** The worker's side. Every call is one transaction of its own and is fenced on the holder's node row. */
export interface QueueStore {
  /** Due rows (by the store's clock) after each cursor, at most `limit` a stream, in (due, id) order within a stream; and how long it is, by the same clock, until the earliest due time that is still ahead in these streams (1 or more; null: there is none). */
  fetch(lane: string, cursors: readonly StreamCursor[], limit: number): Promise<{ readonly rows: TaskRow[]; readonly nextInMs: number | null }>
  /** `lost`: the node row is gone or expired and nothing was written. Else for each item whether it found its row at its version; a `done` or `again` whose row has a newer version leaves the row and only unpins it. */
  finish(holder: Id, items: readonly Finish[]): Promise<'lost' | readonly boolean[]>
  /** Writes holder, start and progress into running rows; false for a row that is gone or has another version. */
  pin(holder: Id, pins: readonly Pin[]): Promise<'lost' | readonly boolean[]>
  /** The rows that this holder has pinned, with what was asked of them meanwhile. */
  pinned(holder: Id): Promise<readonly PinnedRow[]>
  /** How many are left of the parts of a task. Those that wait are counted at each look after them: failed ones, which may be many, cost that nothing. */
  children(id: Id, left: PartsLeft): Promise<number>
}
export interface PinnedRow { readonly id: Id; readonly startedAt: number; readonly request: TaskRequest | null }
export interface Pin { readonly id: Id; readonly version: number; readonly startedAt: number; readonly progress: JsonObject | null }

// ---- nodes and leases ------------------------------------------------------------------------------------------

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

// ---- schedules and history -------------------------------------------------------------------------------------

export type CatchUp = 'none' | 'last' | 'all'
export interface ScheduleRow {
  readonly id: Id
  /** No two have one name. */
  readonly name: string
  readonly cron: string
  readonly timeZone: string
  readonly catchUp: CatchUp
  /** Slots before it are passed over. */
  readonly pausedUntil: number | null
  readonly variant: string
  readonly payload: JsonObject
  readonly lastSlot: number | null
  readonly nextSlot: number
  /** The task of the newest slot that had one. */
  readonly lastTaskId: Id | null
  readonly version: number
}
/** What people decide of a schedule; the rest follows from its being advanced. */
export type ScheduleChange = Omit<ScheduleRow, 'lastSlot' | 'lastTaskId'>
/** `takenBy`: another schedule has the name. */
export type ScheduleReply = 'written' | 'gone' | 'changed' | { readonly takenBy: Id }
export interface ScheduleTable {
  /** All of them, by name. */
  list(): Promise<ScheduleRow[]>
  count(): Promise<number>
  /** The earliest `nextSlot` of all; null: there are none. */
  earliest(): Promise<number | null>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<ScheduleRow[]>
  insert(schedule: Omit<ScheduleChange, 'version'>): Promise<ScheduleReply>
  /** Only when the stored version is `version`. */
  update(schedule: ScheduleChange): Promise<ScheduleReply>
  remove(id: Id): Promise<boolean>
  /** Moves the schedule on and inserts one task a slot, under a unique (schedule, slot): a repeat inserts nothing. False when somebody else changed it. */
  advance(id: Id, version: number, lastSlot: number, nextSlot: number, tasks: readonly { readonly slot: number; readonly task: NewTask }[]): Promise<boolean>
}

export type RunOutcome = 'done' | 'snooze' | 'retry' | 'failed' | 'cancelled'
/** One finished attempt. */
export interface RunRecord {
  readonly id: Id
  readonly taskId: Id
  readonly variant: string
  readonly accountId: Id | null
  readonly nodeId: number
  readonly startedAt: number
  readonly durationMs: number
  readonly attempt: number
  readonly outcome: RunOutcome
  readonly error: string | null
  /** What a run that is done says of what it did. */
  readonly note: string | null
  /** The task of which this one was a part. */
  readonly parentId: Id | null
}
/** `startedMin`, `startedMax`: these moments included. */
export interface RunFilter {
  readonly taskId?: Id
  readonly parentId?: Id
  readonly variant?: string
  readonly accountId?: Id
  readonly nodeId?: number
  readonly outcome?: RunOutcome
  readonly startedMin?: number
  readonly startedMax?: number
}
/** Runs that ended in one hour (when it began, ms since 1970) in one way, also those of which no record is kept; how long they took together. */
export interface RunCount { readonly hour: number; readonly variant: string; readonly nodeId: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
/** `id`: of the hour, variant, node and outcome; the text order is that of the hours. */
export interface StoredRunCount extends RunCount { readonly id: string }
/** Runs of a node that ended in the same five minutes (when they began) in one way. */
export interface RunSlot { readonly slot: number; readonly nodeId: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
export const RUN_SLOT_MS = 300_000
/** Of all nodes and variants; `at`: when the five minutes or the hour began. */
export interface RunRate { readonly at: number; readonly outcome: RunOutcome; readonly runs: number; readonly durationMs: number }
/** `hourMin`, `hourMax`: hours that began then included. */
export interface RunCountFilter { readonly hourMin?: number; readonly hourMax?: number; readonly variant?: string; readonly nodeId?: number; readonly outcome?: RunOutcome }
/** In the order of ids; after the id `after`, and then `position` further ones are passed over. */
export interface RunCountPage { readonly ascending: boolean; readonly limit: number; readonly after?: string; readonly position?: number }
/** In the order in which they began, then of ids; strictly after `after`, and then `position` further ones are passed over. */
export interface RunPage {
  readonly ascending: boolean
  readonly limit: number
  readonly after?: Pick<RunRecord, 'startedAt' | 'id'>
  readonly position?: number
}
export interface RunHistory {
  /**
   * `counts`: of all runs, kept or not; they are added to the store's counters too, as `run.<outcome>` and, all together in ms, as `run.time`.
   * `slots`: the same runs once more; they are remembered for a day.
   */
  record(runs: readonly RunRecord[], counts: readonly RunCount[], slots?: readonly RunSlot[]): Promise<void>
  /** In the order of `ids`; unknown ids are left out. */
  get(ids: readonly Id[]): Promise<RunRecord[]>
  query(filter: RunFilter, page: RunPage): Promise<RunRecord[]>
  count(filter: RunFilter): Promise<number>
  /** In the order of `ids`; unknown ids are left out. */
  getCounts(ids: readonly string[]): Promise<StoredRunCount[]>
  queryCounts(filter: RunCountFilter, page: RunCountPage): Promise<StoredRunCount[]>
  /** By what they are counted; of five minutes or hours that began at `min` or later, in no particular order. `only`: for hours alone. */
  rates(by: 'slot' | 'hour', min: number, only?: Omit<RunCountFilter, 'hourMin' | 'hourMax'>): Promise<RunRate[]>
  /** How many counts there are, not how many runs. */
  countCounts(filter: RunCountFilter): Promise<number>
  /** Removes records that started before, and the counts of hours that were over by then; returns how many records. */
  purge(before: number, limit: number): Promise<number>
}

// ---- wake-ups --------------------------------------------------------------------------------------------------

/** Hints only: every one may be lost, and nothing depends on them but latency. An empty list means any of them. */
export type Hint =
  /** Tasks were added, or are due earlier. */
  | { readonly kind: 'tasks'; readonly lanes: readonly string[] }
  /** Tasks that do not run were edited or destroyed: what was fetched of them is out of date. */
  | { readonly kind: 'edited'; readonly ids: readonly Id[] }
  | { readonly kind: 'leases' }
  | { readonly kind: 'requests' }
  | { readonly kind: 'schedules' }
  | { readonly kind: 'objects'; readonly names: readonly string[] }
  /** For people who look on, and nobody else: runs of these tasks began to last, went on or ended. Said a few times a second at most. */
  | { readonly kind: 'ran'; readonly ids: readonly Id[] }
  /** Likewise: the history has more. */
  | { readonly kind: 'recorded' }
  /** Likewise: hints may have been lost, of this process or of another one. All others come with it. */
  | { readonly kind: 'lost' }
export interface Wakeups {
  /** Tells the other nodes, and this one, after commit. */
  publish(hint: Hint): void
  subscribe(listener: (hint: Hint) => void): () => void
}

/** What the engine gets of a store. */
export interface EngineStore {
  readonly queue: QueueStore
  readonly leases: LeaseStore
  readonly wakeups: Wakeups
  /** The store's clock, ms since 1970. */
  now(): Promise<number>
  transact<T>(work: (tx: EngineTx) => Promise<T>): Promise<T>
}
export interface EngineTx {
  readonly tasks: TaskTable
  readonly nodes: NodeTable
  readonly schedules: ScheduleTable
  readonly runs: RunHistory
}
