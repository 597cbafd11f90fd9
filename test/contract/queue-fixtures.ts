/** Tasks and nodes for the suites of the queue; each test works in a lane of its own. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import type { NodeState } from '../../src/engine/ports/node.ts'
import type { StreamCursor } from '../../src/engine/ports/queue.ts'
import type { EngineStore, EngineTx } from '../../src/engine/ports/store.ts'
import type { Band, NewTask, TaskRow, TaskState } from '../../src/engine/ports/task.ts'

/** What the suites need of a store. */
export interface QueueUnderTest extends EngineStore {
  read<T>(work: (tx: EngineTx) => Promise<T>): Promise<T>
}

export const HOUR_MS = 3_600_000
const TTL_MS = 600_000
const ids = idSource(7, systemClock)

export const newId = (): Id => ids.next()
export const newLane = (): string => `lane-${randomUUID()}`

export function aTask(lane: string, fields: Partial<NewTask> = {}): NewTask {
  const id = fields.id ?? newId()
  return {
    id, variant: 'Sample', lane, bucket: 0, band: 0, due: 1_000, orderingKey: id, dedupeKey: null, accountId: null,
    domainId: null, payload: { text: 'hello' }, ...fields,
  }
}

export function aState(fields: Partial<TaskState> = {}): TaskState {
  return { status: 'Retry', due: 2_000, attempt: 1, firstFailedAt: 1_500, failedAt: null, failureReason: 'it broke', ...fields }
}
export function failedState(fields: Partial<TaskState> = {}): TaskState {
  return aState({ status: 'Failed', due: DUE_NEVER, failedAt: 1_600, ...fields })
}

/** Inserts tasks and returns their rows. */
export async function stored(store: QueueUnderTest, ...tasks: readonly NewTask[]): Promise<TaskRow[]> {
  return store.transact(async tx => {
    await tx.tasks.insert(tasks)
    return tx.tasks.get(tasks.map(task => task.id))
  })
}
export async function storedOne(store: QueueUnderTest, task: NewTask): Promise<TaskRow> {
  const [row] = await stored(store, task)
  assert.ok(row)
  return row
}

export async function rowOf(store: QueueUnderTest, id: Id): Promise<TaskRow | null> {
  const [row] = await store.read(tx => tx.tasks.get([id]))
  return row ?? null
}

export const IDLE: NodeState = { role: null, duties: [], pushShard: null, draining: false, info: {} }

/** A live node of a host name of its own. */
export async function aNode(store: QueueUnderTest, ttlMs = TTL_MS): Promise<{ readonly incarnation: Id; readonly hostname: string; readonly nodeId: number }> {
  const node = { incarnation: newId(), hostname: `host-${randomUUID()}`, version: '1', state: IDLE }
  const joined = await store.leases.join(node, ttlMs)
  assert.ok('nodeId' in joined)
  return { ...node, nodeId: joined.nodeId }
}

export function aCursor(bucket = 0, band: Band = 0, afterDue = -1, afterId = ''): StreamCursor {
  return { bucket, band, afterDue, afterId }
}

/** Pins a row and returns whether it was. */
export async function pin(store: QueueUnderTest, holder: Id, row: TaskRow, progress: { readonly done: number } | null = null) {
  const reply = await store.queue.pin(holder, [{ id: row.id, version: row.version, startedAt: 5_000, progress }])
  assert.notEqual(reply, 'lost')
  return reply[0]
}

export const firstPage = () => ({ order: { property: 'due', ascending: true }, limit: 100 } as const)
