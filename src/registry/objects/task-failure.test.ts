import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { taskObjects } from '../../../test/support/task-objects.ts'

describe('x:TaskFailure', () => {
  const { world, insert, failed } = taskObjects()
  const fail = (variant: string, failureReason: string, failedAt = '2025-12-02T00:00:00Z', accountId = world().accountId) =>
    insert(variant, { accountId, documentId: failureReason + failedAt, documentType: 'email' }, failed({ failureReason, failedAt: Date.parse(failedAt) }))
  const all = async (args: JsonObject = {}): Promise<JsonObject[]> => {
    const ids = await world().test.query('TaskFailure', args)
    const { list } = await world().test.call('TaskFailure/get', { ids })
    return list as unknown as JsonObject[]
  }

  it('shows failed tasks by variant and by what is common to their reasons, the most first', async () => {
    const { test, accountId, domainId } = world()
    const other = await test.create('Account', { '@type': 'User', name: 'joe', domainId })
    await fail('MergeThreads', 'disk full')
    await fail('IndexDocument', 'connection to 10.0.0.3 refused', '2025-12-01T00:00:00Z')
    const newest = await fail('IndexDocument', 'connection to 10.0.0.4 refused', '2025-12-03T00:00:00Z', other)
    const [first, second, ...rest] = await all()
    assert.deepEqual(rest, [])
    assert.deepEqual(first, {
      id: first?.['id'], variant: 'IndexDocument', reason: 'connection to <address> refused', count: 2,
      oldest: '2025-12-01T00:00:00Z', newest: '2025-12-03T00:00:00Z', lane: 'search', example: 'connection to 10.0.0.4 refused',
      exampleTaskId: newest, accountIds: { [accountId]: true, [other]: true }, parentId: null,
    })
    assert.deepEqual([second?.['variant'], second?.['count']], ['MergeThreads', 1])
    const tasks = await test.query('Task', { filter: { failure: String(first?.['id']) } })
    assert.deepEqual([tasks.length, tasks.includes(newest)], [2, true])
  })

  it('keeps its id, goes with its last task, and comes back with the next', async () => {
    const { test } = world()
    const task = await fail('IndexDocument', 'blob 1 is gone')
    const [before] = await all()
    await test.update('Task', task, { status: { '@type': 'Pending' } })
    assert.deepEqual(await all(), [])
    const { notFound } = await test.call('TaskFailure/get', { ids: [String(before?.['id'])] })
    assert.deepEqual(notFound, [before?.['id']])
    await fail('IndexDocument', 'blob 2 is gone')
    assert.equal((await all())[0]?.['id'], before?.['id'])
  })

  it('is listed by variant, in either order, in pages', async () => {
    await fail('MergeThreads', 'a', '2025-12-09T00:00:00Z')
    for (const reason of ['x', 'x 1', 'x 2', 'y', 'y']) await fail('IndexDocument', reason, '2025-12-01T00:00:00Z')
    const reasons = async (args: JsonObject) => (await all(args)).map(each => each['reason'])
    assert.deepEqual(await reasons({ filter: { variant: 'index-document' }, sort: [{ property: 'count', isAscending: true }] }), ['x', 'y', 'x <n>'].toSorted((a, b) => a === 'x' ? -1 : b === 'x' ? 1 : 0))
    assert.equal((await reasons({ sort: [{ property: 'newest', isAscending: false }] }))[0], 'a')
    const { test } = world()
    const ids = await test.query('TaskFailure')
    const [first = ''] = ids
    assert.deepEqual(await test.query('TaskFailure', { anchor: first, anchorOffset: 1, limit: 2 }), ids.slice(1, 3))
    assert.equal((await test.call('TaskFailure/query', { calculateTotal: true, limit: 0 }))['total'], ids.length)
  })

  it('is for operators and auditors to see, and for nobody to write', async () => {
    const { test } = world()
    for (const role of ['Operator', 'ReadOnly', 'Admin'] as const) {
      assert.ok(test.objects.roles[role].has('sysTaskFailureQuery') && test.objects.roles[role].has('sysTaskFailureGet'), role)
    }
    assert.equal(test.objects.roles.User.has('sysTaskFailureGet'), false)
    const id: Id = await fail('IndexDocument', 'z').then(async () => String((await all())[0]?.['id']))
    const { notDestroyed } = await test.call('TaskFailure/set', { destroy: [id] })
    assert.match(JSON.stringify(notDestroyed), /forbidden/)
  })
})
