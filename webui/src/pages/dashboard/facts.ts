/** What the dashboard takes from the rows of the server; a row of an unexpected form loses what is unexpected, not the page. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'

export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly kind: string
  readonly subject: string
  readonly text: string
  readonly advice: string
}
export interface Node {
  readonly id: string
  readonly hostname: string
  readonly status: string
  readonly role: string | null
  readonly draining: boolean
  readonly lastRenewal: string
  readonly runningTasks: number
  readonly version: string | null
  readonly lastError: string | null
  /** What each listener does, by its name. */
  readonly listeners: Readonly<Record<string, string>>
}
export interface Lane {
  readonly name: string
  readonly duty: string
  readonly buckets: number
  /** Buckets that nobody holds. */
  readonly unowned: number
  /** Tasks that are due and do not run. */
  readonly waiting: number
  /** Since when the first of them is due. */
  readonly oldestDueMs: number | null
  readonly running: number
  readonly failed: number
}
export interface FailureGroup {
  readonly id: string
  readonly variant: string
  readonly reason: string
  readonly count: number
  readonly oldest: string
  readonly newest: string
}
/** Ended attempts: all, those that did not succeed, and how long all of them took. */
export interface RunTotals { readonly runs: number; readonly failures: number; readonly durationMs: number }
export interface Certificate { readonly id: string; readonly name: string; readonly names: number; readonly until: string; readonly untilMs: number }
export interface Schedule {
  readonly id: string
  readonly name: string
  readonly pausedUntil: string | null
  readonly next: string | null
  readonly nextMs: number | null
  readonly lastTaskId: string | null
  /** The newest task that it made has failed for good. */
  readonly lastFailed: boolean
}

export function findingOf(row: JsonObject): Finding {
  return {
    severity: row['severity'] === 'error' ? 'error' : 'warning', kind: text(row['kind']), subject: text(row['subject']), text: text(row['text']), advice: text(row['advice']),
  }
}

export function nodeOf(row: JsonObject): Node {
  const listeners = isJsonObject(row['listeners']) ? row['listeners'] : {}
  return {
    id: text(row['id']), hostname: text(row['hostname']), status: text(row['status']), role: maybe(row['role']), draining: row['draining'] === true,
    lastRenewal: text(row['lastRenewal']), runningTasks: amount(row['runningTasks']), version: maybe(row['version']), lastError: maybe(row['lastError']),
    listeners: Object.fromEntries(Object.entries(listeners).map(([name, state]) => [name, text(state)])),
  }
}

/** Listeners of a node of which an address is not served; the state begins with the protocol. */
export function badListeners({ listeners }: Pick<Node, 'listeners'>): { readonly listener: string; readonly state: string }[] {
  return Object.entries(listeners)
    .filter(([, state]) => /:\d+ (?:failed|unsupported)\b/.test(state))
    .map(([listener, state]) => ({ listener, state }))
}

export function groupOf(row: JsonObject): FailureGroup {
  return {
    id: text(row['id']), variant: text(row['variant']), reason: text(row['reason']), count: amount(row['count']),
    oldest: text(row['oldest']), newest: text(row['newest']),
  }
}

export function certificateOf(row: JsonObject): Certificate {
  const names = isJsonObject(row['subjectAlternativeNames']) ? Object.keys(row['subjectAlternativeNames']) : []
  const until = text(row['notValidAfter'])
  return { id: text(row['id']), name: names[0] ?? text(row['id']), names: names.length, until, untilMs: Date.parse(until) }
}

/** `failedTasks`: ids of tasks that have failed for good. */
export function scheduleOf(row: JsonObject, failedTasks: ReadonlySet<string>): Schedule {
  const next = maybe(row['nextSlot'])
  const lastTaskId = maybe(row['lastTaskId'])
  return {
    id: text(row['id']), name: text(row['name']), pausedUntil: maybe(row['pausedUntil']), next, nextMs: next === null ? null : Date.parse(next),
    lastTaskId, lastFailed: lastTaskId !== null && failedTasks.has(lastTaskId),
  }
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

function maybe(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function amount(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0
}
