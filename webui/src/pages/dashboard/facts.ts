/** What the dashboard takes from the rows of the server; a row of an unexpected form loses what is unexpected, not the page. */
import type { JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import type { ClusterNode, NodeAddress } from '../../api/cluster.ts'
import { amount, moment, text, textOrNull } from '../../api/values.ts'

export interface Lane {
  readonly name: string
  readonly buckets: number
  /** Buckets that nobody holds. */
  readonly unowned: number
  /** Tasks that do not run, due or not. */
  readonly waiting: number
  /** Since when the first of them is due; null: none is. */
  readonly oldestDueMs: number | null
  readonly running: number
  readonly failed: number
}
export interface FailureGroup {
  readonly id: string
  readonly variant: string
  readonly reason: string
  readonly count: number
  readonly newest: string
}
export interface Certificate {
  readonly id: string
  readonly name: string
  readonly names: number
  readonly until: string
  /** Infinity: nobody knows. */
  readonly untilMs: number
}
export interface Schedule {
  readonly id: string
  readonly name: string
  readonly pausedUntil: string | null
  readonly next: string | null
  readonly nextMs: number | null
  readonly lastTaskId: string | null
  /** `failed`: the newest task that it made. `late`: a slot is over, and no task came. */
  readonly problem: 'failed' | 'late' | null
}

/** `row`: of x:ClusterLane; `load`: what x:ClusterLane/load says of it, undefined when it never has tasks. */
export function laneOf(row: JsonObject, load: JsonObject | undefined): Lane {
  return {
    name: text(row['name']), buckets: amount(row['buckets']), unowned: amount(row['unowned']), waiting: amount(load?.['waiting']),
    oldestDueMs: moment(load?.['oldestDue']), running: amount(load?.['running']), failed: amount(load?.['failed']),
  }
}

/** Addresses that a node should serve and does not. */
export function badAddresses({ addresses }: Pick<ClusterNode, 'addresses'>): readonly NodeAddress[] {
  return addresses.filter(({ state }) => state === 'failed' || state === 'unsupported')
}

export function groupOf(row: JsonObject): FailureGroup {
  return { id: text(row['id']), variant: text(row['variant']), reason: text(row['reason']), count: amount(row['count']), newest: text(row['newest']) }
}

export function certificateOf(row: JsonObject): Certificate {
  const names = isJsonObject(row['subjectAlternativeNames']) ? Object.keys(row['subjectAlternativeNames']) : []
  const until = text(row['notValidAfter'])
  return { id: text(row['id']), name: names[0] ?? text(row['id']), names: names.length, until, untilMs: moment(until) ?? Infinity }
}

export function scheduleOf(row: JsonObject): Schedule {
  const next = textOrNull(row['nextSlot'])
  const { problem } = row
  return {
    id: text(row['id']), name: text(row['name']), pausedUntil: textOrNull(row['pausedUntil']), next, nextMs: moment(next),
    lastTaskId: textOrNull(row['lastTaskId']), problem: problem === 'failed' || problem === 'late' ? problem : null,
  }
}
