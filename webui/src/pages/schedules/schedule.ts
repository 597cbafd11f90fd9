/** What a schedule says of itself, as a person needs it. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import type { Row } from '../../api/hooks.ts'

/** "For good" is the end of the calendar. */
export const PAUSED_FOR_GOOD = '9999-12-31T23:59:59Z'
const HOUR_MS = 3_600_000

export type Pause = { readonly kind: 'runs' } | { readonly kind: 'forGood' } | { readonly kind: 'until'; readonly at: string }

export function pauseOf(row: Row, now: number): Pause {
  const until = row['pausedUntil']
  if (typeof until !== 'string' || Date.parse(until) <= now) return { kind: 'runs' }
  return until === PAUSED_FOR_GOOD ? { kind: 'forGood' } : { kind: 'until', at: until }
}

/** For so many hours from now, as the server writes dates. */
export function pausedFor(hours: number, now: number): string {
  return `${new Date(now + hours * HOUR_MS).toISOString().slice(0, 19)}Z`
}

/** The task of a schedule as one to be made now. */
export function taskOf(row: Row): JsonObject {
  const task = row['task']
  return isJsonObject(task) ? withoutNulls(task) : {}
}

/** These three are made by the server for DataRetention, which decides their times. */
const OF_RETENTION = /^0{12}[1-3]$/

export function isOfRetention(id: string): boolean {
  return OF_RETENTION.test(id)
}

export const PRESETS = { quarter: '*/15 * * * *', hourly: '0 * * * *', nightly: '0 2 * * *', weekly: '0 6 * * 1', monthly: '0 3 1 * *' } as const

export type Outcome = 'done' | 'failed' | 'retry' | 'running' | 'waiting' | 'unknown'

/** `task`: null when it is gone, as when it is done. `run`: the newest run of it; null: none is known. */
export function outcomeOf(task: JsonObject | null, run: JsonObject | null): Outcome {
  if (task !== null) {
    if (isJsonObject(task['running'])) return 'running'
    const status = statusOf(task['status'])
    return status === 'Failed' ? 'failed' : status === 'Retry' ? 'retry' : 'waiting'
  }
  if (run === null) return 'unknown'
  return run['outcome'] === 'done' ? 'done' : 'failed'
}

function statusOf(status: Json | undefined): Json | undefined {
  return isJsonObject(status) ? status['@type'] : undefined
}

function withoutNulls(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}
