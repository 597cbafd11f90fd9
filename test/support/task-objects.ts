/** Tasks as their object shows them: a registry, an account and a domain anew for each test of the calling suite. */
import assert from 'node:assert/strict'
import { beforeEach } from 'node:test'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import type { TaskRow, TaskState } from '../../src/engine/ports/task.ts'
import { openRegistry } from './registry.ts'
import type { TestRegistry } from './registry.ts'

/** VirtualClock begins here. */
export const NOW = '2026-01-01T00:00:00Z'
export const LATER = '2026-12-01T03:00:00Z'

export function taskObjects() {
  let test: TestRegistry
  let accountId: Id
  let domainId: Id
  let documents = 0

  beforeEach(async () => {
    test = await openRegistry()
    domainId = await test.create('Domain', { name: 'example.org' })
    accountId = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
  })

  const body = (more: JsonObject = {}): JsonObject => ({
    '@type': 'IndexDocument',
    accountId,
    documentId: `d${documents++}`,
    documentType: 'email',
    ...more,
  })
  const create = (more: JsonObject = {}) => test.create('Task', body(more))
  const refused = (more: JsonObject = {}) => test.refused('Task', body(more))
  const get = (id: Id) => test.get('Task', id)
  const row = async (id: Id): Promise<TaskRow> => {
    const [found] = await test.store.read(tx => tx.tasks.get([id]))
    assert(found)
    return found
  }
  /** A row as the server makes it, of any variant and in any state. */
  const insert = async (variant: string, payload: JsonObject, state?: TaskState): Promise<Id> => {
    const created = { ...test.catalogue.row({ variant, payload }, test.ids, test.clock.now()), ...(state ? { state } : {}) }
    await test.store.transact(tx => tx.tasks.insert([created]))
    return created.id
  }
  const failed = (more: Partial<TaskState> = {}): TaskState => ({
    status: 'Failed',
    due: DUE_NEVER,
    attempt: 3,
    firstFailedAt: Date.parse('2025-12-01T00:00:00Z'),
    failedAt: Date.parse('2025-12-02T00:00:00Z'),
    failureReason: 'boom',
    ...more,
  })

  return { world: () => ({ test, accountId, domainId }), body, create, refused, get, row, insert, failed }
}
