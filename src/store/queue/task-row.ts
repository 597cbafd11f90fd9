/** What each event does to a task's row, for all stores: README.md beside this file has the table. */
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER } from '../../engine/ports/task.ts'
import type { Finish, PinnedRow } from '../../engine/ports/queue.ts'
import type { NewTask, TaskEdit, TaskFilter, TaskKeys, TaskRequest, TaskRow, TaskState } from '../../engine/ports/task.ts'
import { keyText, storableText } from '../storable.ts'

const FRESH = { status: 'Pending', attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
const UNPINNED = { holder: null, startedAt: null, progress: null, request: null } as const

export function isWaiting(row: Pick<TaskRow, 'status'>): boolean {
  return row.status !== 'Failed'
}

export function newRow(task: NewTask, createdAt: number): TaskRow {
  const { state, parentId = null, ...rest } = task
  return { ...rest, parentId, ...stored(state ?? { ...FRESH, due: task.due }), version: 1, createdAt, crashes: 0, ...UNPINNED }
}

/** A waiting row takes in a new task of its dedupe key. */
export function coalesced(row: TaskRow, task: NewTask): TaskRow {
  const { due, parentId } = newRow(task, row.createdAt)
  return {
    ...row, due: Math.min(row.due, due), band: task.band < row.band ? task.band : row.band,
    payload: { ...row.payload, ...task.payload }, version: row.version + 1,
    // What somebody else wants as well does not go with the parent.
    parentId: row.parentId === parentId ? parentId : null,
  }
}

export function edited(row: TaskRow, { state, payload, keys }: TaskEdit): TaskRow {
  return {
    ...row, ...(state ? stored(state) : {}), ...keys, payload: { ...row.payload, ...payload }, crashes: 0, version: row.version + 1, ...UNPINNED,
  }
}

/** A pinned row is asked to stop; a second edit adds to the first, and nothing undoes a destroy. */
export function requested(row: TaskRow, request: TaskRequest): TaskRow {
  const waiting = row.request
  const merged: TaskRequest = waiting?.kind === 'edit' && request.kind === 'edit'
    ? { kind: 'edit', edit: both(waiting.edit, request.edit) }
    : request
  return { ...row, request: merged, dedupeKey: null }
}

/** A row that goes as soon as the last of its parts has gone: whoever works its bucket sees to that. */
export function doomed(row: TaskRow): TaskRow {
  return { ...requested(unheld(row), { kind: 'destroy' }), status: 'Pending', due: 0, version: row.version + 1 }
}

function both(first: TaskEdit, second: TaskEdit): TaskEdit {
  const payload = { ...first.payload, ...second.payload }
  return { ...first, ...second, ...(Object.keys(payload).length > 0 ? { payload } : {}) }
}

/** The end of a hold; a waiting request is carried out. Null: the row goes. */
export function unpinned(row: TaskRow): TaskRow | null {
  if (row.request?.kind === 'destroy') return null
  if (!row.request) return unheld(row)
  // Whoever has taken the dedupe key meanwhile keeps it.
  return { ...edited(row, row.request.edit), dedupeKey: null }
}

function unheld(row: TaskRow): TaskRow {
  return { ...row, ...UNPINNED }
}

/** The holder died while it ran this task. */
export function charged(row: TaskRow, hostname: string, now: number): TaskRow | null {
  // A row that cannot be read is shown as Failed, and stays so.
  if (!isWaiting(row)) return unpinned(row)
  return unpinned({
    ...row, status: 'Retry', attempt: row.attempt + 1, crashes: row.crashes + 1, version: row.version + 1,
    firstFailedAt: row.firstFailedAt ?? now, failureReason: `the node ${hostname} died while it ran this task`,
  })
}

export function pinnedRow({ id, startedAt, request }: TaskRow): PinnedRow {
  return { id, startedAt: startedAt ?? 0, request }
}

interface Finished { readonly found: boolean; readonly row: TaskRow | null }
/** What an outcome does to the row that it found. `row: null`: it goes. */
export function finished(row: TaskRow, item: Finish, holder: Id): Finished {
  if (row.holder !== null && row.holder !== holder) return { found: false, row }
  const held = row.holder === holder && (item.startedAt === undefined || item.startedAt === row.startedAt)
  if (item.kind === 'release') {
    const free = row.holder === null
    return { found: held || free, row: held || (free && row.request !== null) ? unpinned(row) : row }
  }
  if (row.version !== item.version) return { found: false, row: held ? unpinned(row) : row }
  if (item.kind === 'done') return { found: true, row: null }
  return {
    found: true,
    row: unpinned({
      ...row, ...stored(item.state), payload: item.payload ?? row.payload, crashes: item.crashes ?? row.crashes,
      version: row.version + 1,
    }),
  }
}

/** A Failed task is never due; times before 1970 are due at once, where the streams begin. */
function stored(state: TaskState): TaskState {
  const due = state.status === 'Failed' ? DUE_NEVER : Math.min(Math.max(Math.trunc(state.due), 0), DUE_NEVER - 1)
  return { ...state, due, failureReason: state.failureReason === null ? null : storableText(state.failureReason) }
}

/** Texts of a task come from clients; none of them may make a statement fail. */
export function storableTask(task: NewTask): NewTask {
  return { ...task, ...storableKeys(task) }
}

export function storableEdit({ keys, ...edit }: TaskEdit): TaskEdit {
  return { ...edit, ...(keys ? { keys: storableKeys(keys) } : {}) }
}

function storableKeys(keys: TaskKeys): TaskKeys {
  const { bucket, orderingKey, dedupeKey, accountId, domainId } = keys
  return {
    bucket,
    orderingKey: storableText(orderingKey),
    dedupeKey: dedupeKey === null ? null : keyText(dedupeKey),
    accountId: accountId === null ? null : storableText(accountId),
    domainId: domainId === null ? null : storableText(domainId),
  }
}

export function storableFilter(filter: TaskFilter): TaskFilter {
  const { accountId, domainId, parentId, failure, idMax } = filter
  return {
    ...filter,
    ...(accountId === undefined ? {} : { accountId: storableText(accountId) }),
    ...(domainId === undefined ? {} : { domainId: storableText(domainId) }),
    ...(parentId === undefined ? {} : { parentId: storableText(parentId) }),
    ...(failure === undefined ? {} : { failure: storableText(failure) }),
    ...(idMax === undefined ? {} : { idMax: storableText(idMax) }),
  }
}
