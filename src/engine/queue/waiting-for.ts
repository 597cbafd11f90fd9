/**
 * Why a task does not run, for people: pure. It is what an operator needs to know next, so the first thing that holds
 * the task up counts. A queue may be long: a task far behind others is told no more than that it has its turn to wait for.
 */
import type { Id } from '../../base/ids.ts'
import type { Band, StreamRef, TaskAhead, TaskRow } from '../ports/task.ts'

export type WaitingFor =
  | { readonly kind: 'notDue'; readonly until: number }
  /** No live node may work it. */
  | { readonly kind: 'noNode'; readonly duty: string }
  /** A task of the same ordering key runs, or comes before it. */
  | { readonly kind: 'sameKey'; readonly taskId: Id }
  /** It is due, and starts as soon as those before it have started (or it runs, for less than a second). */
  | { readonly kind: 'turn' }

export type Waiting = Pick<TaskRow, 'id' | 'lane' | 'bucket' | 'band' | 'due' | 'status' | 'orderingKey' | 'holder'>
/** The duty that a bucket lacks a node for; null: it has one. */
export type LackingDuty = (lane: string, bucket: number) => string | null

/** Rows in one look ahead, over all streams, and of one stream: a page of tasks from everywhere is told less of each. */
const AHEAD_ROWS_MAX = 400
const AHEAD_ROWS_STREAM_MIN = 2
const AHEAD_ROWS_STREAM_MAX = 200
/** Our clock may be behind the store's, whose word counts. */
const CLOCKS_DIFFER_MS = 60_000

/** What has to be read to tell: a bulk task also waits for the interactive ones of its key. `now`: by our own clock. */
export function lookAhead(rows: readonly Waiting[], now: number): { streams: StreamRef[]; orderingKeys: string[]; limit: number } {
  const streams = new Map<string, StreamRef>()
  const waiting = rows.filter(row => row.status !== 'Failed' && row.holder === null && row.due <= now + CLOCKS_DIFFER_MS)
  for (const { lane, bucket, band } of waiting) {
    for (const each of band === 0 ? [0] as const : [0, 1] as const) streams.set(`${lane}/${bucket}/${each}`, { lane, bucket, band: each })
  }
  const fair = Math.floor(AHEAD_ROWS_MAX / Math.max(streams.size, 1))
  return {
    streams: [...streams.values()],
    orderingKeys: [...new Set(waiting.map(row => row.orderingKey))],
    limit: Math.min(Math.max(fair, AHEAD_ROWS_STREAM_MIN), AHEAD_ROWS_STREAM_MAX),
  }
}

/** One answer for each row, in order; null for one that runs or has failed. `ahead`: what `lookAhead` asked for. */
export function waitingFor(
  rows: readonly Waiting[], ahead: { readonly now: number; readonly tasks: readonly TaskAhead[] }, lacking: LackingDuty,
): (WaitingFor | null)[] {
  const byKey = Map.groupBy(ahead.tasks, keyOf)
  return rows.map(row => {
    if (row.status === 'Failed' || row.holder !== null) return null
    if (row.due > ahead.now) return { kind: 'notDue', until: row.due }
    const duty = lacking(row.lane, row.bucket)
    if (duty !== null) return { kind: 'noNode', duty }
    const others = (byKey.get(keyOf(row)) ?? []).filter(other => other.id !== row.id)
    const holding = others.find(other => other.holder !== null) ?? first(others.filter(other => comesBefore(other, row)))
    return holding ? { kind: 'sameKey', taskId: holding.id } : { kind: 'turn' }
  })
}

/** Ordering keys mean something in their own lane alone. */
function keyOf({ lane, orderingKey }: Pick<TaskRow, 'lane' | 'orderingKey'>): string {
  return `${lane}/${orderingKey}`
}

interface Placed { readonly band: Band; readonly due: number; readonly id: Id }
function comesBefore(a: Placed, b: Placed): boolean {
  return a.band - b.band < 0 || (a.band === b.band && (a.due < b.due || (a.due === b.due && a.id < b.id)))
}

function first(tasks: readonly TaskAhead[]): TaskAhead | undefined {
  return tasks.reduce<TaskAhead | undefined>((best, task) => best === undefined || comesBefore(task, best) ? task : best, undefined)
}
