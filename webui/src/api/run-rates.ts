/** Throughput and failure rate out of what x:TaskRunCount/rates tells: ended attempts in steps of time, the newest of which goes on. */
import type { JsonObject } from '../../../src/base/json.ts'
import { amount, moment } from './values.ts'

/** Ended attempts: all, those that are tried again, those given up, and how long all of them took. */
export interface RunTotals { readonly runs: number; readonly retry: number; readonly failed: number; readonly durationMs: number }
export interface RunStep extends RunTotals {
  /** When it began. */
  readonly atMs: number
}
export interface RunSpan extends RunTotals {
  readonly sinceMs: number
  /** Until now. */
  readonly spanMs: number
}

export function stepsOf(list: readonly JsonObject[]): RunStep[] {
  return list.flatMap(({ at, done, retry, failed, snooze, cancelled, duration }) => {
    const atMs = moment(at)
    return atMs === null ? [] : [{
      atMs, retry: amount(retry), failed: amount(failed), durationMs: amount(duration),
      runs: amount(done) + amount(retry) + amount(failed) + amount(snooze) + amount(cancelled),
    }]
  })
}

export function spanOf(steps: readonly RunStep[], nowMs: number): RunSpan {
  const sinceMs = steps[0]?.atMs ?? nowMs
  const sum = (of: (step: RunStep) => number) => steps.reduce((total, step) => total + of(step), 0)
  return {
    runs: sum(({ runs }) => runs), retry: sum(({ retry }) => retry), failed: sum(({ failed }) => failed), durationMs: sum(({ durationMs }) => durationMs),
    sinceMs, spanMs: Math.max(0, nowMs - sinceMs),
  }
}

/** 0 to 1; null when nothing ended. */
export function failureRate({ runs, retry, failed }: RunTotals): number | null {
  return runs === 0 ? null : (retry + failed) / runs
}
