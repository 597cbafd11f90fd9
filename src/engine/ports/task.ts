/** Tasks as they are stored, and what enqueuers and administrators do with them inside a transaction. */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'

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
  /**
   * Applies an edit when the row still has `version`; pinned rows get it as a request instead. Holder and crashes of an edited row
   * are cleared. `over`: and only when this is what it was asked before, which leaves the version as it is; left out: whatever it was.
   */
  edit(id: Id, version: number, edit: TaskEdit, over?: TaskRequest | null): Promise<EditReply>
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
