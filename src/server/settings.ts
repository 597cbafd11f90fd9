/** TaskManager as the engine's retry arithmetic wants it. */
import { isJsonObject, type JsonObject } from '../base/json.ts'
import { RETRY_DEFAULTS, type RetrySettings } from '../engine/queue/retry.ts'

/** `value`: the singleton with its defaults, validated when it was written. */
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

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}
