/**
 * The status of a task on the wire and in the store: Pending, Retry or Failed. Clients send as little as they like:
 * no status or no due time means now ("retry now" is `{"status": {"@type": "Pending"}}`), a task that is parked as Failed
 * needs no reason. Times on the wire are whole seconds; the store has milliseconds.
 */
import { number, shape, string, utcDateTime, variants } from '../../base/fields.ts'
import { assert } from '../../base/assert.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { WriteContext } from '../schema/object.ts'
import { formatDate, parseDate } from '../values/date.ts'

export const STATUS_NAMES = ['Pending', 'Retry', 'Failed'] as const
export type TaskStatusName = (typeof STATUS_NAMES)[number]

/** The due time of a Failed task in the store: it is never due and sorts after everything. */
export const DUE_NEVER = Number.MAX_SAFE_INTEGER

/** The status part of a stored task; times in ms since 1970. */
export interface TaskStateData {
  readonly status: TaskStatusName
  readonly due: number
  readonly attempt: number
  readonly firstFailedAt: number | null
  readonly failedAt: number | null
  readonly failureReason: string | null
}

const createdAt = utcDateTime('When the task was created.', { update: 'serverSet', label: 'Created' })
const due = utcDateTime('When it is to run; left out: now.')
const failureReason = string('Why the last attempt failed.', { format: 'text' })

export const TASK_STATUS = variants('TaskStatus', [
  { name: 'Pending', label: 'Pending', shape: shape('TaskStatusPending', { createdAt, due }) },
  {
    name: 'Retry',
    label: 'Waiting for another attempt',
    shape: shape('TaskStatusRetry', {
      createdAt,
      due,
      failureReason,
      attemptNumber: number('Attempts that have failed.', 'unsignedInteger', { default: 1, max: 1_000_000 }),
    }),
  },
  {
    name: 'Failed', label: 'Failed', shape: shape('TaskStatusFailed', {
      createdAt, failedAt: utcDateTime('When it was given up.'), failureReason,
      failedAttemptNumber: number('Attempts that have failed.', 'unsignedInteger', { default: 0, max: 1_000_000 }),
    }),
  },
])

/**
 * What was left out of a status, filled in. A status given as a bare name comes from the form of a list that shows
 * one status only, which puts its filter into every new task: such a task is an ordinary new one.
 */
export function completeStatus(
  raw: Json | undefined,
  before: JsonObject | null,
  { now, principal }: WriteContext,
): Json {
  const isNew = before === null
  const bareName = typeof raw === 'string' && STATUS_NAMES.some(name => name === raw)
  if (raw === undefined || raw === null || (isNew && bareName)) return { '@type': 'Pending', due: formatDate(now) }
  if (!isJsonObject(raw)) return raw
  const reason = (ownValue(before ?? {}, 'failureReason') ?? `Set by ${principal?.name ?? 'the server'}.`)
  const attempts = ownValue(before ?? {}, 'attemptNumber') ?? ownValue(before ?? {}, 'failedAttemptNumber')
  const carried = attempts === undefined ? {} : { attempts }
  switch (ownValue(raw, '@type')) {
    case 'Pending':
      return { due: formatDate(now), ...raw }
    case 'Retry':
      return {
        due: formatDate(now),
        failureReason: reason,
        ...(carried.attempts === undefined ? {} : { attemptNumber: carried.attempts }),
        ...raw,
      }
    case 'Failed':
      return {
        failedAt: formatDate(now),
        failureReason: reason,
        ...(carried.attempts === undefined ? {} : { failedAttemptNumber: carried.attempts }),
        ...raw,
      }
    default:
      return raw
  }
}

/** `before`: the stored state, whose first failure is the base of the total deadline for as long as the task goes on failing. */
export function stateOf(status: JsonObject, before: TaskStateData | null, now: number): TaskStateData {
  const firstFailedAt = before?.firstFailedAt ?? now
  switch (status['@type']) {
    case 'Pending':
      return {
        status: 'Pending',
        due: ms(status['due']),
        attempt: 0,
        firstFailedAt: null,
        failedAt: null,
        failureReason: null,
      }
    case 'Retry':
      return {
        status: 'Retry',
        due: ms(status['due']),
        attempt: Number(status['attemptNumber']),
        firstFailedAt,
        failedAt: null,
        failureReason: String(status['failureReason']),
      }
    default:
      return {
        status: 'Failed',
        due: DUE_NEVER,
        attempt: Number(status['failedAttemptNumber']),
        firstFailedAt,
        failedAt: ms(status['failedAt']),
        failureReason: String(status['failureReason']),
      }
  }
}

export function statusBody(state: TaskStateData, createdAtMs: number): JsonObject {
  const created = { '@type': state.status, createdAt: formatDate(createdAtMs) }
  const reason = state.failureReason ?? 'unknown'
  switch (state.status) {
    case 'Pending':
      return { ...created, due: formatDate(state.due) }
    case 'Retry':
      return { ...created, due: formatDate(state.due), attemptNumber: state.attempt, failureReason: reason }
    case 'Failed':
      return {
        ...created,
        failedAt: formatDate(state.failedAt ?? createdAtMs),
        failedAttemptNumber: state.attempt,
        failureReason: reason,
      }
  }
}

function ms(text: Json | undefined): number {
  const at = typeof text === 'string' ? parseDate(text) : null
  assert(at !== null, `a validated date cannot be read: ${String(text)}`)
  return at
}
