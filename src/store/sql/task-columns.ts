/**
 * A task between its row and its value. A row that cannot be read becomes a Failed task that says what is wrong with it:
 * one bad row must never stop those who read its neighbours.
 */
import { failureKey } from '../../base/failure-reason.ts'
import { isJsonObject } from '../../base/json.ts'
import type { JsonObject } from '../../base/json.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { TaskRequest, TaskRow, TaskStatus } from '../../engine/ports/task.ts'
import type { TaskColumns } from './tables/queue.ts'

/** In the order of the table. */
export const TASK_COLUMNS = [
  'id', 'variant', 'lane', 'bucket', 'band', 'due', 'status', 'version', 'ordering_key', 'dedupe_key', 'account_id',
  'domain_id', 'payload', 'created_at', 'attempt', 'first_failed_at', 'failed_at', 'failure_reason', 'crashes', 'holder',
  'started_at', 'progress', 'request', 'parent_id', 'failure_key',
] as const satisfies readonly (keyof TaskColumns)[]

/** As much of a broken value as its reason quotes. */
const QUOTE_LENGTH_MAX = 200
const STATUSES: ReadonlySet<string> = new Set<TaskStatus>(['Pending', 'Retry', 'Failed'])

export interface ReadTask {
  readonly row: TaskRow
  /** Why the row cannot be read as it is stored. */
  readonly problem: string | null
}

export function readTask(columns: TaskColumns): ReadTask {
  const payload = jsonObject(columns.payload)
  const progress = columns.progress === null ? null : jsonObject(columns.progress)
  const request = columns.request === null ? null : jsonObject(columns.request)
  const row: TaskRow = {
    id: columns.id,
    variant: columns.variant,
    lane: columns.lane,
    bucket: columns.bucket,
    band: columns.band === 0 ? 0 : 1,
    due: columns.due,
    status: columns.status as TaskStatus,
    version: columns.version,
    orderingKey: columns.ordering_key,
    dedupeKey: columns.dedupe_key,
    accountId: columns.account_id,
    domainId: columns.domain_id,
    payload: payload ?? {},
    createdAt: columns.created_at,
    attempt: columns.attempt,
    firstFailedAt: columns.first_failed_at,
    failedAt: columns.failed_at,
    failureReason: columns.failure_reason,
    crashes: columns.crashes,
    holder: columns.holder,
    startedAt: columns.started_at,
    progress: progress ?? null,
    request: requestOf(request ?? null),
    parentId: columns.parent_id,
  }
  const problem = problemOf(columns, payload, progress, request)
  if (problem === null) return { row, problem }
  return { row: { ...row, status: 'Failed', due: DUE_NEVER, failureReason: columns.failure_reason ?? problem }, problem }
}

export function taskColumns(row: TaskRow): TaskColumns {
  return {
    id: row.id,
    variant: row.variant,
    lane: row.lane,
    bucket: row.bucket,
    band: row.band,
    due: row.due,
    status: row.status,
    version: row.version,
    ordering_key: row.orderingKey,
    dedupe_key: row.dedupeKey,
    account_id: row.accountId,
    domain_id: row.domainId,
    payload: JSON.stringify(row.payload),
    created_at: row.createdAt,
    attempt: row.attempt,
    first_failed_at: row.firstFailedAt,
    failed_at: row.failedAt,
    failure_reason: row.failureReason,
    crashes: row.crashes,
    holder: row.holder,
    started_at: row.startedAt,
    progress: row.progress === null ? null : JSON.stringify(row.progress),
    request: row.request === null ? null : JSON.stringify(row.request),
    parent_id: row.parentId,
    failure_key: row.status === 'Failed' ? failureKey(row.variant, row.failureReason) : null,
  }
}

/** Undefined: not a JSON object. */
function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function requestOf(value: JsonObject | null): TaskRequest | null {
  return value?.['kind'] === 'destroy' || value?.['kind'] === 'edit' ? value as unknown as TaskRequest : null
}

/** Undefined is what could not be read, null what is not there. */
type MaybeRead = JsonObject | null | undefined

function problemOf(columns: TaskColumns, payload: MaybeRead, progress: MaybeRead, request: MaybeRead): string | null {
  if (!STATUSES.has(columns.status)) return `the stored status is unknown: ${quote(columns.status)}`
  if (payload === undefined) return `the stored payload is not a JSON object: ${quote(columns.payload)}`
  if (progress === undefined) return `the stored progress is not a JSON object: ${quote(columns.progress ?? '')}`
  if (request === undefined || (request !== null && requestOf(request) === null)) {
    return `the stored request is not one: ${quote(columns.request ?? '')}`
  }
  return null
}

function quote(text: string): string {
  return text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX)}…` : text
}
