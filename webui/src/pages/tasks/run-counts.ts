/** Counts of runs (`x:TaskRunCount`) as what a chart shows: one value an hour, also for hours in which nothing ran. */
import type { JsonObject } from '../../../../src/base/json.ts'
import { numberAt, textAt } from './task.ts'

export interface HourlyRuns {
  /** ms since 1970, ascending. */
  readonly hours: readonly number[]
  readonly runs: readonly number[]
  /** Of these: failed for good, or tried again. */
  readonly failing: readonly number[]
  readonly total: number
  readonly totalFailing: number
  /** Of all runs; null: there is none. */
  readonly meanMs: number | null
}

const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** From the hour of `from` to the hour of `until`, both ms since 1970. */
export function hourlyRuns(counts: readonly JsonObject[], from: number, until: number): HourlyRuns {
  const first = Math.floor(from / HOUR_MS) * HOUR_MS
  const hours = Array.from({ length: Math.max(0, Math.floor((until - first) / HOUR_MS) + 1) }, (_, nth) => first + nth * HOUR_MS)
  const runs = hours.map(() => 0)
  const failing = hours.map(() => 0)
  let durationMs = 0
  for (const count of counts) {
    const nth = Math.floor((Date.parse(textAt(count, 'hour') ?? '') - first) / HOUR_MS)
    const known = runs[nth]
    if (known === undefined) continue
    const added = numberAt(count, 'runs') ?? 0
    runs[nth] = known + added
    if (count['outcome'] === 'failed' || count['outcome'] === 'retry') failing[nth] = (failing[nth] ?? 0) + added
    durationMs += numberAt(count, 'duration') ?? 0
  }
  const total = sum(runs)
  return { hours, runs, failing, total, totalFailing: sum(failing), meanMs: total === 0 ? null : durationMs / total }
}

function sum(values: readonly number[]): number {
  return values.reduce((left, right) => left + right, 0)
}
