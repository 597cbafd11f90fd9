/**
 * How long failed tasks wait, and how often they run: the arithmetic that the engine retries by (engine/queue/retry.ts),
 * here because whoever sets it wants to see beforehand what it means. Times in ms.
 */
import { isJsonObject, type JsonObject } from './json.ts'
import type { Random } from './random.ts'

/** The TaskManager singleton, durations in ms. */
export interface RetrySettings {
  readonly maxAttempts: number
  readonly totalDeadlineMs: number
  readonly strategy:
    | { readonly kind: 'ExponentialBackoff'; readonly factor: number; readonly initialDelayMs: number; readonly maxDelayMs: number; readonly jitter: boolean }
    | { readonly kind: 'FixedDelay'; readonly delayMs: number }
}

export const RETRY_DEFAULTS: RetrySettings = {
  maxAttempts: 3,
  totalDeadlineMs: 21_600_000,
  strategy: { kind: 'ExponentialBackoff', factor: 2, initialDelayMs: 60_000, maxDelayMs: 1_800_000, jitter: true },
}

/** `value`: the singleton with its defaults, durations in ms. */
export function retrySettings(value: JsonObject): RetrySettings {
  const strategy = isJsonObject(value['strategy']) ? value['strategy'] : {}
  return {
    maxAttempts: numberOr(value['maxAttempts'], RETRY_DEFAULTS.maxAttempts),
    totalDeadlineMs: numberOr(value['totalDeadline'], RETRY_DEFAULTS.totalDeadlineMs),
    strategy: strategy['@type'] === 'FixedDelay'
      ? { kind: 'FixedDelay', delayMs: numberOr(strategy['delay'], 300_000) }
      : {
        kind: 'ExponentialBackoff', factor: numberOr(strategy['factor'], 2), initialDelayMs: numberOr(strategy['initialDelay'], 60_000),
        maxDelayMs: numberOr(strategy['maxDelay'], 1_800_000), jitter: strategy['jitter'] !== false,
      },
  }
}

/** Beyond this the power of the back-off would leave the safe integers before maxDelay caps it. */
const DELAY_MAX_MS = 10 * 365 * 86_400_000

/** `attempt`: retries so far. */
export function retryDelayMs(attempt: number, { strategy }: RetrySettings, random: Random): number {
  if (strategy.kind === 'FixedDelay') return strategy.delayMs
  const cap = Math.min(strategy.maxDelayMs, DELAY_MAX_MS)
  const plain = Math.min(strategy.initialDelayMs * strategy.factor ** attempt, cap)
  return Math.floor(strategy.jitter ? Math.min(plain * (0.5 + random.next()), cap) : plain)
}

/** Why a task is not tried again; null: it is. `sinceFirstMs`: from the first failure to the retry that is asked for. */
export function retryRefused(
  attempt: number, sinceFirstMs: number, { maxAttempts, totalDeadlineMs }: Pick<RetrySettings, 'maxAttempts' | 'totalDeadlineMs'>,
): 'attempts' | 'deadline' | null {
  if (attempt >= maxAttempts) return 'attempts'
  return sinceFirstMs > totalDeadlineMs ? 'deadline' : null
}

export interface RetryPlan {
  /** When each run begins, counted from the first failure: the first at 0. */
  readonly runsMs: readonly number[]
  /** What ends it after the last of these runs; null: there are more runs than were asked for. */
  readonly endedBy: 'attempts' | 'deadline' | null
}

/** The runs of a task whose every run fails at once, at most `runsMax` of them. */
export function retryPlan(settings: RetrySettings, random: Random, runsMax: number): RetryPlan {
  const runsMs = [0]
  let at = 0
  for (let attempt = 0; ; attempt++) {
    const next = at + retryDelayMs(attempt, settings, random)
    const endedBy = retryRefused(attempt, next, settings)
    if (endedBy !== null) return { runsMs, endedBy }
    if (runsMs.length >= runsMax) return { runsMs, endedBy: null }
    runsMs.push(at = next)
  }
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
