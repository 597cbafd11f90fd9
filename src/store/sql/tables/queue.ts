/** The tables of the task queue: migration 0001. Times are ms since 1970; flags are 0 or 1; JSON is text. */
import type { Generated } from 'kysely'

export interface TaskColumns {
  id: string
  variant: string
  lane: string
  bucket: number
  band: number
  due: number
  status: string
  version: number
  ordering_key: string
  dedupe_key: string | null
  account_id: string | null
  domain_id: string | null
  payload: string
  created_at: number
  attempt: number
  first_failed_at: number | null
  failed_at: number | null
  failure_reason: string | null
  crashes: number
  holder: string | null
  started_at: number | null
  progress: string | null
  request: string | null
  parent_id: string | null
  /** Of a Failed row; null where an older version wrote it. */
  failure_key: string | null
}

/** One row a live incarnation: the fence. */
export interface NodeColumns {
  incarnation: string
  node_id: number
  hostname: string
  role: string | null
  /** JSON array of names. */
  duties: string
  push_shard: number | null
  draining: number
  /** JSON of NodeSharding. */
  sharding: string | null
  version: string
  started_at: number
  renewed_at: number
  expires_at: number
  /** The node was asked to end. */
  drain_requested: number
  info: string
}

/** Every node id that was ever leased. */
export interface NodeIdColumns {
  node_id: number
  hostname: string
  renewed_at: number
  /** The last incarnation under it that was asked to drain. */
  drain_requested_of: Generated<string | null>
}

export interface LeaseColumns {
  lane: string
  bucket: number
  holder: string | null
  generation: number
  /** Written for nodes of an older version alone, which do not know `died_at`. */
  unplanned: number
  /** When a holder was last declared dead. */
  died_at: number | null
}

export interface ScheduleColumns {
  id: string
  name: string
  cron: string
  time_zone: string
  catch_up: string
  paused_until: number | null
  variant: string
  payload: string
  last_slot: number | null
  next_slot: number
  version: number
  last_task_id: string | null
}

/** What makes a slot's task unique, however often its schedule is advanced. */
export interface ScheduleSlotColumns {
  schedule_id: string
  slot: number
}

export interface RunColumns {
  id: string
  task_id: string
  variant: string
  account_id: string | null
  node_id: number
  started_at: number
  duration_ms: number
  attempt: number
  outcome: string
  error: string | null
  note: string | null
  parent_id: string | null
}

export interface RunHourColumns {
  id: string
  hour: number
  variant: string
  node_id: number
  outcome: string
  runs: number
  duration_ms: number
}

export interface RunSlotColumns {
  slot: number
  node_id: number
  outcome: string
  runs: number
  duration_ms: number
}

export interface QueueTables {
  task: TaskColumns
  node: NodeColumns
  node_id: NodeIdColumns
  lease: LeaseColumns
  schedule: ScheduleColumns
  schedule_slot: ScheduleSlotColumns
  run: RunColumns
  run_hour: RunHourColumns
  run_slot: RunSlotColumns
}
