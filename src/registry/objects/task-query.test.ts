import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { LATER, NOW, taskObjects } from '../../../test/support/task-objects.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'

describe('Task/query', () => {
  const { world, create, insert, failed } = taskObjects()
  let test: TestRegistry
  let accountId: Id
  let domainId: Id
  beforeEach(() => { ({ test, accountId, domainId } = world()) })
  const query = (filter: JsonObject, more: JsonObject = {}) => test.query('Task', { filter, ...more })
  let late: Id
  let soon: Id
  let again: Id
  let lost: Id
  beforeEach(async () => {
    late = await create({ status: { '@type': 'Pending', due: LATER } })
    soon = await insert(
      'DnsManagement',
      { domainId, updateRecords: {}, onSuccessRenewCertificate: false },
      { status: 'Pending', due: test.clock.now() + 500, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null },
    )
    again = await insert(
      'IndexDocument',
      { accountId, documentId: 'a', documentType: 'email' },
      failed({ status: 'Retry', due: test.clock.now() + 60_000, failedAt: null }),
    )
    lost = await insert('UnindexDocument', { accountId, documentId: 'l', documentType: 'email' }, failed())
  })
  it('is ordered by due, failed tasks first, unless said otherwise', async () => {
    assert.deepEqual(await query({}), [lost, late, again, soon])
    assert.deepEqual(await query({}, { sort: [{ property: 'due' }] }), [soon, again, late, lost])
    assert.deepEqual(await query({}, { sort: [{ property: 'createdAt', isAscending: false }] }), [lost, again, soon, late])
    await assert.rejects(
      query({}, { sort: [{ property: 'status' }] }),
      error => error instanceof MethodError && error.type === 'unsupportedSort',
    )
  })
  it('filters by all three statuses', async () => {
    assert.deepEqual(await query({ status: 'Pending' }), [late, soon])
    assert.deepEqual(await query({ status: 'Retry' }), [again])
    assert.deepEqual(await query({ status: 'Failed' }), [lost])
    await assert.rejects(query({ status: 'Done' }), error => error instanceof MethodError && error.type === 'unsupportedFilter')
  })
  it('filters by lane', async () => {
    assert.deepEqual(await query({ lane: 'search' }), [lost, late, again])
    assert.deepEqual(await query({ lane: 'domain', status: 'Pending' }), [soon])
    assert.deepEqual(await query({ operator: 'AND', conditions: [{ lane: 'domain' }, { lane: 'search' }] }), [])
    await assert.rejects(query({ lane: 'outbound' }), error => error instanceof MethodError && error.type === 'unsupportedFilter')
    await assert.rejects(query({ running: 'maybe' }), error => error instanceof MethodError && error.type === 'unsupportedFilter')
  })
  it('filters by variant, account and domain', async () => {
    assert.deepEqual(await query({ '@type': 'IndexDocument' }), [late, again])
    assert.deepEqual(await query({ accountId }), [lost, late, again])
    assert.deepEqual(await query({ domainId, status: 'Pending' }), [soon])
    assert.deepEqual(await query({ accountId: 'nonsense' }), [])
    assert.deepEqual(await query({ operator: 'AND', conditions: [{ status: 'Pending' }, { status: 'Failed' }] }), [])
  })
  it('compares due times by the second, and finds no failed task by them', async () => {
    const cases: readonly [JsonObject, Id[]][] = [
      [{ due: NOW }, [soon]],
      [{ dueIsGreaterThan: NOW }, [late, again]],
      [{ dueIsGreaterThanOrEqual: NOW }, [late, again, soon]],
      [{ dueIsLessThan: LATER }, [again, soon]],
      [{ dueIsLessThanOrEqual: LATER }, [late, again, soon]],
      [{ dueIsLessThan: NOW }, []],
      [{ dueIsGreaterThanOrEqual: '2026-12-01T00:00:00.000Z', dueIsLessThan: '2026-12-02' }, [late]],
      [{ dueIsGreaterThan: LATER, dueIsLessThan: LATER }, []],
    ]
    for (const [filter, expected] of cases) assert.deepEqual(await query(filter), expected, JSON.stringify(filter))
    for (const filter of [{ due: 'soon' }, { dueIsLessThan: 5 }, { statusIsLessThan: 'Failed' }, { createdAt: NOW }]) {
      await assert.rejects(query(filter), error => error instanceof MethodError && error.type === 'unsupportedFilter')
    }
  })
  it('pages by anchor in either direction, and counts', async () => {
    assert.deepEqual(await query({}, { anchor: late, anchorOffset: 1, limit: 1 }), [again])
    assert.deepEqual(await query({}, { anchor: again, anchorOffset: 0 }), [again, soon])
    assert.deepEqual(await query({}, { anchor: soon, anchorOffset: -2, limit: 2 }), [late, again])
    assert.deepEqual(await query({}, { position: 2 }), [again, soon])
    assert.deepEqual(
      await test.call('Task/query', { filter: { accountId }, limit: 1, calculateTotal: true }).then(({ total, ids }) => [total, ids]),
      [3, [lost]],
    )
  })
  it('begins again when the anchor is gone or in another state, and was in no page', async () => {
    await test.update('Task', lost, { status: { '@type': 'Pending' } })
    assert.deepEqual(await query({ status: 'Retry' }, { anchor: lost, anchorOffset: 1 }), [again])
    await test.call('Task/set', { destroy: [late] })
    assert.deepEqual(await query({ status: 'Retry' }, { anchor: late, anchorOffset: 1 }), [again])
  })
  it('goes on from where the anchor was, whatever has become of it', async () => {
    const rest = async () => query({}, { anchor: late, anchorOffset: 1 })
    assert.deepEqual(await query({}, { limit: 2 }), [lost, late])
    await test.update('Task', late, { 'status/due': '9000-01-01T00:00:00Z' })
    assert.deepEqual(await rest(), [again, soon])
    await test.update('Task', late, { status: { '@type': 'Failed' } })
    assert.deepEqual(await rest(), [again, soon])
    await test.call('Task/set', { destroy: [late] })
    assert.deepEqual(await rest(), [again, soon])
    assert.deepEqual(await query({}, { anchor: late, anchorOffset: 0, limit: 5 }), [again, soon])
    assert.deepEqual(await query({}, { anchor: late, anchorOffset: -1, limit: 2 }), [lost, again])
    await test.clock.advance(601_000)
    assert.deepEqual(await query({}, { anchor: late, anchorOffset: 1 }), [lost, again, soon])
  })
  it('goes on from where the anchor was in a list that goes by something else', async () => {
    const byAge = { sort: [{ property: 'createdAt' }] }
    const first = (await query({ status: 'Pending' }, { ...byAge, limit: 1 }))[0] ?? ''
    assert.equal(first, late)
    await test.update('Task', late, { status: { '@type': 'Failed' } })
    assert.deepEqual(await query({ status: 'Pending' }, { ...byAge, anchor: late, anchorOffset: 1 }), [soon])
    assert.deepEqual(await query({ status: 'Pending' }, { anchor: late, anchorOffset: 1 }), [soon])
  })
  it('gives every task once that was there all the time, while others come, move and go', async () => {
    const stay: Id[] = []
    const move: Id[] = []
    for (let index = 0; index < 30; index++) {
      const id = await create({ status: { '@type': 'Pending', due: `2027-01-${String(index + 1).padStart(2, '0')}` } })
      ;(index % 3 === 2 ? stay : move).push(id)
    }
    for (const sort of [[{ property: 'due' }], [{ property: 'createdAt', isAscending: false }]]) {
      const seen: Id[] = []
      let page = await query({}, { sort, limit: 4 })
      for (let turn = 0; page.length > 0; turn++) {
        seen.push(...page)
        const [last = '', first = ''] = [page.at(-1), page[0]]
        for (const id of [last, first].filter(each => move.includes(each))) {
          if (turn % 2 === 0) await test.update('Task', id, { 'status/due': turn % 4 === 0 ? '2001-01-01' : '2040-01-01' })
          else await test.call('Task/set', { destroy: [id] })
        }
        await create({ status: { '@type': 'Pending', due: '2001-01-01' } })
        page = turn < 40 ? await query({}, { sort, limit: 4, anchor: last, anchorOffset: 1 }) : []
      }
      assert.deepEqual(seen.filter(id => stay.includes(id)).toSorted(), stay.toSorted())
    }
  })
})
