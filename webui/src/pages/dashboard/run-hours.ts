/**
 * Throughput and failure rate out of the counts of runs, which the nodes keep for each hour of the clock: "the last hour"
 * is the newest full one together with the one that goes on, so it is never empty just after the hour has struck.
 */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import type { RunTotals } from './facts.ts'

export interface RunHour extends RunTotals {
  /** When it began. */
  readonly atMs: number
}

const HOUR_MS = 3_600_000
export const DAY_HOURS = 24
const FAILURES: ReadonlySet<Json | undefined> = new Set(['retry', 'failed'])

/** The beginning of the oldest hour that the dashboard shows: 24 full ones and the one that goes on. */
export function firstHourMs(nowMs: number): number {
  return hourOf(nowMs) - DAY_HOURS * HOUR_MS
}

/** Every hour from the first to the one that goes on, in order, also those in which nothing ended. */
export function hoursOf(rows: readonly JsonObject[], nowMs: number): RunHour[] {
  const first = firstHourMs(nowMs)
  const hours = Array.from({ length: DAY_HOURS + 1 }, (_, at) => ({ atMs: first + at * HOUR_MS, runs: 0, failures: 0, durationMs: 0 }))
  for (const { hour, runs, duration, outcome } of rows) {
    const found = hours[(Date.parse(String(hour)) - first) / HOUR_MS]
    if (found === undefined || typeof runs !== 'number' || typeof duration !== 'number') continue
    found.runs += runs
    found.durationMs += duration
    if (FAILURES.has(outcome)) found.failures += runs
  }
  return hours
}

/** Of the newest `count` hours, the one that goes on included; `spanMs`: how long they are until now. */
export function totalOf(hours: readonly RunHour[], count: number, nowMs: number): RunTotals & { readonly sinceMs: number; readonly spanMs: number } {
  const newest = hours.slice(-count)
  const sinceMs = newest[0]?.atMs ?? nowMs
  const sum = (of: (hour: RunHour) => number) => newest.reduce((total, hour) => total + of(hour), 0)
  return { runs: sum(hour => hour.runs), failures: sum(hour => hour.failures), durationMs: sum(hour => hour.durationMs), sinceMs, spanMs: nowMs - sinceMs }
}

/** 0 to 1; null when nothing ended. */
export function failureRate({ runs, failures }: RunTotals): number | null {
  return runs === 0 ? null : failures / runs
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS
}
