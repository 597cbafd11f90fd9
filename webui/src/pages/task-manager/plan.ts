/** When the runs of a task that always fails would be: by the engine's own arithmetic, with its dice at their lowest, middle and highest. */
import type { RetryPlan, RetrySettings } from '../../../../src/base/retry-plan.ts'
import { retryPlan, retrySettings } from '../../../../src/base/retry-plan.ts'
import type { JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'

/** ms after the first failure. */
export interface PlannedRun {
  /** 1 is the first. */
  readonly number: number
  readonly atMs: number
  readonly earliestMs: number
  readonly latestMs: number
}
export interface Plan {
  readonly settings: RetrySettings
  readonly runs: readonly PlannedRun[]
  /** null: there are more runs than are looked at. */
  readonly endedBy: RetryPlan['endedBy']
  /** Of the last run, after which it is given up. */
  readonly endMs: number
  readonly varies: boolean
  readonly fewestRuns: number
  readonly mostRuns: number
}

export const RUNS_MAX = 100
/** The bound that the highest throw stays below. */
const HIGHEST = 1

/** null: something is missing, as while somebody types. */
export function planOf(value: JsonObject): Plan | null {
  if (!isComplete(value)) return null
  const settings = retrySettings(value)
  const [low, middle, high] = [0, 0.5, HIGHEST].map(chance => retryPlan(settings, { next: () => chance }, RUNS_MAX))
  if (low === undefined || middle === undefined || high === undefined) return null
  const runs = middle.runsMs.map((atMs, index) => ({
    number: index + 1, atMs, earliestMs: low.runsMs[index] ?? atMs, latestMs: high.runsMs[index] ?? Math.max(atMs, settings.totalDeadlineMs),
  }))
  const counts = [low, middle, high].map(({ runsMs }) => runsMs.length)
  return {
    settings, runs, endedBy: middle.endedBy, endMs: middle.runsMs.at(-1) ?? 0, varies: settings.strategy.kind === 'ExponentialBackoff' && settings.strategy.jitter,
    fewestRuns: Math.min(...counts), mostRuns: Math.max(...counts),
  }
}

/** What somebody who sets this may not have meant. */
export type Doubt = 'noRetry' | 'deadlineFirst' | 'soonOver' | 'cap' | 'many'
const SOON_MS = 120_000
/** A task that fails so often is noise in the history. */
const MANY_RUNS = 30

export function doubtsOf({ settings, runs, endedBy, endMs }: Plan): readonly Doubt[] {
  const { strategy } = settings
  if (runs.length === 1) return ['noRetry']
  return [
    ...(endedBy === 'deadline' && runs.length <= settings.maxAttempts ? ['deadlineFirst' as const] : []),
    ...(endedBy !== null && endMs < SOON_MS ? ['soonOver' as const] : []),
    ...(strategy.kind === 'ExponentialBackoff' && strategy.initialDelayMs > strategy.maxDelayMs ? ['cap' as const] : []),
    ...(endedBy === null || runs.length > MANY_RUNS ? ['many' as const] : []),
  ]
}

/** The end of the time line: a little behind the last run; the deadline is on it when it is near. */
export function lineEnd({ settings, runs }: Plan): number {
  const last = Math.max(...runs.map(({ latestMs }) => latestMs), 1_000)
  return settings.totalDeadlineMs <= last * 1.6 ? Math.max(last, settings.totalDeadlineMs) * 1.04 : last * 1.12
}

const TICK_STEPS_MS = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000]
const DAY_MS = 86_400_000

/** Round times on a line of this length, at most `ticksMax` of them behind 0. */
export function ticksOf(endMs: number, ticksMax: number): readonly number[] {
  const least = endMs / ticksMax
  const step = TICK_STEPS_MS.find(each => each >= least) ?? Math.ceil(least / DAY_MS) * DAY_MS
  return Array.from({ length: Math.floor(endMs / step) + 1 }, (_, index) => index * step)
}

function isComplete({ maxAttempts, totalDeadline, strategy }: JsonObject): boolean {
  const numbers = (...values: readonly unknown[]) => values.every(value => typeof value === 'number' && value >= 0)
  if (!numbers(maxAttempts, totalDeadline) || !isJsonObject(strategy)) return false
  return strategy['@type'] === 'FixedDelay' ? numbers(strategy['delay']) : numbers(strategy['factor'], strategy['initialDelay'], strategy['maxDelay'])
}
