import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { failureKey } from '../../base/failure-reason.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { NewTask } from '../../engine/ports/task.ts'
import { LATER, taskObjects } from '../../../test/support/task-objects.ts'
import { part } from '../../../test/support/registry.ts'
import { AUDIT_TEXT_BYTES_MAX } from '../ops/audit.ts'
import { SINGLE_MAX, TASKS_MAX } from './task-bulk.ts'

const FAILED = { status: 'Failed' } as const

describe('x:Task/bulk', () => {
  const { world, create, row, insert, failed, get } = taskObjects()
  const bulk = (args: JsonObject, context = world().test.context()) => world().test.call('Task/bulk', args, context)
  const refused = async (args: JsonObject, context = world().test.context()) => {
    try {
      return JSON.stringify(await bulk(args, context))
    } catch (error) {
      return error instanceof Error && 'type' in error ? `${String(error.type)}: ${error.message}` : String(error)
    }
  }
  const index = (n: number | string) => insert('IndexDocument', { accountId: world().accountId, documentId: `x${n}`, documentType: 'email' }, failed())
  const sums = ({ matched = 0, changed = 0, requested = 0, unchanged = 0, refused: no = 0 }: JsonObject) => [matched, changed, requested, unchanged, no]
  const many = async (count: number) => {
    const { test, accountId } = world()
    const tasks = Array.from({ length: count }, (_, n): NewTask => ({
      ...test.catalogue.row({ variant: 'IndexDocument', payload: { accountId, documentId: `m${n}`, documentType: 'email' } }, test.ids, test.clock.now()),
      state: failed(),
    }))
    await test.store.transact(tx => tx.tasks.insert(tasks))
    return tasks.map(({ id }) => id)
  }
  const pin = async (id: Id): Promise<Id> => {
    const { store, ids } = world().test
    const incarnation = ids.next()
    await store.leases.join({ incarnation, hostname: `host-${incarnation}`, version: '1', state: { role: null, duties: [], pushShard: null, draining: false, info: {} } }, 60_000)
    const { version } = await row(id)
    await store.queue.pin(incarnation, [{ id, version, startedAt: 1, progress: null }])
    return incarnation
  }
  const audit = async () => {
    const ids = await world().test.query('AuditEntry', { filter: { objectName: 'Task', objectId: 'bulk' } })
    return Promise.all(ids.map(id => world().test.get('AuditEntry', id)))
  }

  it('retries what matches, and leaves the rest', async () => {
    const [one, two, waiting] = [await index(1), await index(2), await create({ status: { '@type': 'Pending', due: LATER } })]
    const reply = await bulk({ action: 'retry', filter: FAILED })
    assert.deepEqual(sums(reply), [2, 2, 0, 0, 0])
    assert.deepEqual(reply['groups'], [{ '@type': 'IndexDocument', status: 'Failed', matched: 2, running: 0, changed: 2, requested: 0, unchanged: 0, refused: 0 }])
    assert.deepEqual([reply['more'], reply['cursor'], reply['refusals']], [false, null, []])
    for (const id of [one, two]) assert.deepEqual(await row(id).then(({ status, attempt, failedAt }) => [status, attempt, failedAt]), ['Pending', 0, null])
    assert.equal((await row(waiting)).version, 1)
    assert.deepEqual(sums(await bulk({ action: 'retry', filter: {}, expect: 3 })), [3, 1, 0, 2, 0])
  })

  it('leaves what is due or runs where it is when it retries', async () => {
    const running = await create()
    await pin(running)
    assert.deepEqual(sums(await bulk({ action: 'retry', filter: { '@type': 'IndexDocument' } })), [1, 0, 0, 1, 0])
    assert.equal((await row(running)).request, null)
  })

  it('parks with a reason, its own or that of the last attempt, and keeps the attempts', async () => {
    const [fresh, tried] = [await create({ documentId: 'a' }), await create({ documentId: 'b', status: { '@type': 'Retry', attemptNumber: 3, failureReason: 'no luck' } })]
    await bulk({ action: 'park', filter: { '@type': 'IndexDocument' } })
    const told = async (id: Id) => { const { status, failureReason, attempt } = await row(id); return [status, failureReason, attempt] }
    assert.deepEqual([await told(fresh), await told(tried)], [['Failed', 'Set by tester.', 0], ['Failed', 'no luck', 3]])
    assert.deepEqual(sums(await bulk({ action: 'park', filter: FAILED })), [2, 0, 0, 2, 0])
    assert.deepEqual(sums(await bulk({ action: 'park', filter: FAILED, reason: 'see the log book' })), [2, 2, 0, 0, 0])
    assert.deepEqual(await told(tried), ['Failed', 'see the log book', 3])
  })

  it('moves: attempts of a Retry stay, a Failed one becomes Pending', async () => {
    const [tried, given] = [await create({ documentId: 'b', status: { '@type': 'Retry', attemptNumber: 3, failureReason: 'no luck' } }), await index(1)]
    const args = { action: 'reschedule', filter: { '@type': 'index-document' }, due: LATER }
    assert.deepEqual(sums(await bulk(args)), [2, 2, 0, 0, 0])
    const state = async (id: Id) => { const { status, due, attempt } = await row(id); return [status, due, attempt] }
    assert.deepEqual([await state(tried), await state(given)], [['Retry', Date.parse(LATER), 3], ['Pending', Date.parse(LATER), 0]])
    assert.deepEqual(sums(await bulk(args)), [2, 0, 0, 2, 0])
  })

  it('asks the nodes of what runs, and destroys the rest', async () => {
    const [free, running] = [await create({ documentId: 'a' }), await create({ documentId: 'b' })]
    await pin(running)
    const seen = await bulk({ action: 'destroy', filter: { lane: 'search' }, dryRun: true })
    assert.deepEqual([seen['matched'], seen['running'], seen['changed']], [2, 1, 0])
    assert.deepEqual(sums(await bulk({ action: 'destroy', filter: { lane: 'search' } })), [2, 1, 1, 0, 0])
    await assert.rejects(row(free))
    assert.deepEqual((await row(running)).request, { kind: 'destroy' })
  })

  it('counts and changes nothing in a dry run, whose cursor keeps out what comes later', async () => {
    const early = await index(1)
    const seen = await bulk({ action: 'destroy', filter: FAILED, dryRun: true })
    assert.deepEqual([seen['matched'], seen['dryRun'], seen['more']], [1, true, false])
    const late = await index(2)
    assert.deepEqual(sums(await bulk({ action: 'destroy', filter: FAILED, cursor: seen['cursor'] ?? '', expect: 1 })), [1, 1, 0, 0, 0])
    await assert.rejects(row(early))
    assert.equal((await row(late)).status, 'Failed')
  })

  it('does nothing when more match than were expected', async () => {
    const [one] = [await index(1), await index(2)]
    assert.match(await refused({ action: 'destroy', filter: FAILED, expect: 1 }), /^stateMismatch: 2 tasks match, and 1 were expected; nothing was changed/)
    assert.equal((await row(one)).status, 'Failed')
    assert.deepEqual(sums(await bulk({ action: 'destroy', filter: FAILED, expect: 5 })), [2, 2, 0, 0, 0])
  })

  it('goes through many in parts: each once, whatever comes and goes meanwhile', async () => {
    const ids = await many(2 * TASKS_MAX + 100)
    const args = { action: 'park', filter: FAILED, reason: 'looked at' }
    const seen = await bulk({ ...args, dryRun: true })
    assert.equal(seen['matched'], ids.length)
    let reply = await bulk({ ...args, cursor: seen['cursor'] ?? '', expect: ids.length })
    assert.deepEqual([sums(reply), reply['more']], [[TASKS_MAX, TASKS_MAX, 0, 0, 0], true])
    // One that was done comes back into the filter anew, one of what is left goes, one comes late.
    const [done = '', gone = ''] = [ids[0], ids.at(-1)]
    await bulk({ action: 'destroy', filter: { failure: failureKey('IndexDocument', 'looked at') }, dryRun: true })
    const { version } = await row(done)
    await world().test.store.transact(tx => tx.tasks.edit(done, version, { state: failed({ failureReason: 'again' }) }))
    await world().test.store.transact(tx => tx.tasks.destroy(gone))
    const late = await index('late')
    let total = TASKS_MAX
    for (let calls = 0; reply['more'] === true && calls < 5; calls++) {
      reply = await bulk({ ...args, cursor: reply['cursor'] ?? '', expect: ids.length })
      total += Number(reply['changed'])
    }
    assert.equal(total, ids.length - 1)
    assert.deepEqual([(await row(done)).failureReason, (await row(late)).failureReason], ['again', 'boom'])
    assert.equal((await audit()).length, 3)
  })

  it('stops when more come to match behind it than were expected', async () => {
    await many(TASKS_MAX + 1)
    const seen = await bulk({ action: 'park', filter: { lane: 'search' }, dryRun: true })
    const reply = await bulk({ action: 'park', filter: { lane: 'search' }, reason: 'x', expect: TASKS_MAX + 1 })
    assert.equal(seen['matched'], TASKS_MAX + 1)
    const [until = ''] = String(reply['cursor']).split('.')
    assert.match(await refused({ action: 'park', filter: { lane: 'search' }, reason: 'x', cursor: `${until}..1` }), /^stateMismatch: More tasks match by now/)
  })

  it('needs the permissions of a query and of the change, and those of the variants', async () => {
    const { test } = world()
    await index(1)
    await insert('MergeThreads', { accountId: world().accountId }, failed())
    const may = (...names: readonly string[]) => test.context(test.principal(names))
    assert.match(await refused({ action: 'retry', filter: FAILED }, may('sysTaskUpdate')), /^forbidden: tester lacks the permission sysTaskQuery/)
    assert.match(await refused({ action: 'retry', filter: FAILED }, may('sysTaskQuery', 'sysTaskDestroy')), /lacks the permission sysTaskUpdate/)
    assert.match(await refused({ action: 'destroy', filter: FAILED }, may('sysTaskQuery', 'sysTaskUpdate')), /lacks the permission sysTaskDestroy/)
    const some = may('sysTaskQuery', 'sysTaskDestroy', 'taskIndexDocument')
    const why = { type: 'forbidden', description: 'tester lacks the permission taskMergeThreads.', count: 1 }
    const seen = await bulk({ action: 'destroy', filter: FAILED, dryRun: true }, some)
    assert.deepEqual([seen['matched'], seen['refused'], seen['refusals']], [2, 1, [{ ...why, exampleId: null }]])
    const reply = await bulk({ action: 'destroy', filter: FAILED }, some)
    assert.deepEqual(sums(reply), [2, 1, 0, 0, 1])
    assert.equal((reply['refusals'] as Json[]).length, 1)
    assert.equal((await test.query('Task', { filter: FAILED })).length, 1)
  })

  it('brings accounts back one by one, and tells of each that cannot come back', async () => {
    const { test, domainId } = world()
    const ids: Id[] = []
    for (const name of ['ann', 'bob', 'cat']) ids.push(await test.create('Account', { '@type': 'User', name, domainId }))
    await test.call('Account/set', { destroy: ids })
    // The removal of the second has begun: its object is kept no longer.
    await test.store.transact(tx => tx.keys.list('', 100).then(async list => {
      for (const { key } of list) if (key.includes(ids[1] ?? '')) await tx.keys.remove(key)
    }))
    const reply = await bulk({ action: 'destroy', filter: { '@type': 'DestroyAccount' } })
    assert.deepEqual(sums(reply), [3, 2, 0, 0, 1], JSON.stringify(reply))
    assert.match(JSON.stringify(reply['refusals']), /bob is being removed/)
    const found = await test.call('Account/get', { ids })
    assert.deepEqual((found['list'] as JsonObject[]).map(each => each['name']), ['ann', 'cat'])
    assert.deepEqual(await audit(), [], 'each has an entry of its own')
    assert.equal((await test.query('AuditEntry', { filter: { objectName: 'Task', action: 'Destroy' } })).length, 2)
  })

  it('does at most so many one by one in a call', async () => {
    const { test, domainId } = world()
    const accounts: Id[] = []
    for (let n = 0; n <= SINGLE_MAX; n++) accounts.push(await test.create('Account', { '@type': 'User', name: `u${n}`, domainId }))
    await test.call('Account/set', { destroy: accounts })
    const reply = await bulk({ action: 'destroy', filter: { '@type': 'DestroyAccount' } })
    assert.deepEqual([reply['changed'], reply['more']], [SINGLE_MAX, true])
    const rest = await bulk({ action: 'destroy', filter: { '@type': 'DestroyAccount' }, cursor: reply['cursor'] ?? '' })
    assert.deepEqual([rest['changed'], rest['more']], [1, false])
  })

  it('writes one entry of the audit log with each call: which, how many, who', async () => {
    const id = await index(1)
    await bulk({ action: 'retry', filter: { ...FAILED, '@type': 'IndexDocument' } })
    await bulk({ action: 'retry', filter: FAILED })
    const [entry, ...others] = await audit()
    assert.deepEqual(others, [], 'a call that changed nothing leaves none')
    assert.deepEqual([entry?.['action'], entry?.['actorName'], entry?.['before']], ['Update', 'tester', null])
    const told = JSON.parse(String(entry?.['after'])) as JsonObject
    assert.deepEqual([told['bulk'], told['filter'], told['changed'], told['ids']], ['retry', { ...FAILED, '@type': 'IndexDocument' }, 1, [id]])
    await many(150)
    await bulk({ action: 'destroy', filter: FAILED })
    const destroyed = (await audit()).find(each => each['action'] === 'Destroy')
    assert.ok(destroyed && String(destroyed['before']).length < AUDIT_TEXT_BYTES_MAX && destroyed['after'] === null)
    assert.equal(part(JSON.parse(String(destroyed['before'])) as JsonObject)['ids'], undefined)
  })

  it('destroys tasks of variants that this version does not know, and changes none of them', async () => {
    const { test } = world()
    const base = test.catalogue.row({ variant: 'IndexDocument', payload: { accountId: world().accountId, documentId: 'q', documentType: 'email' } }, test.ids, 0)
    await test.store.transact(tx => tx.tasks.insert([{ ...base, variant: 'FromTheFuture' }]))
    const parked = await bulk({ action: 'park', filter: { accountId: world().accountId } })
    assert.deepEqual([sums(parked), JSON.stringify(parked['refusals']).includes('FromTheFuture')], [[1, 0, 0, 0, 1], true])
    assert.deepEqual(sums(await bulk({ action: 'destroy', filter: { accountId: world().accountId } })), [1, 1, 0, 0, 0])
  })

  it('answers arguments that it cannot take by their names', async () => {
    const cases: readonly (readonly [JsonObject, RegExp])[] = [
      [{ filter: FAILED }, /^invalidArguments: action must be one of retry, destroy, park, reschedule/],
      [{ action: 'explode', filter: FAILED }, /^invalidArguments: action must be one of/],
      [{ action: 7, filter: FAILED }, /^invalidArguments: action must be a text/],
      [{ action: '__proto__', filter: FAILED }, /^invalidArguments: action/],
      [{ action: 'retry' }, /^invalidArguments: filter says which/],
      [{ action: 'retry', filter: [] }, /^invalidArguments: filter must be an object/],
      [{ action: 'retry', filter: {} }, /^invalidArguments: Without a condition all tasks are meant/],
      [{ action: 'retry', filter: { size: 1 } }, /^unsupportedFilter: Task has no filter size/],
      [{ action: 'retry', filter: { operator: 'OR', conditions: [] } }, /^unsupportedFilter: Only AND/],
      [{ action: 'reschedule', filter: FAILED }, /^invalidArguments: due is missing/],
      [{ action: 'reschedule', filter: FAILED, due: 'tomorrow' }, /^invalidArguments: .*due/],
      [{ action: 'reschedule', filter: FAILED, due: 5 }, /^invalidArguments: .*due/],
      [{ action: 'retry', filter: FAILED, due: LATER }, /^invalidArguments: due belongs to the action reschedule/],
      [{ action: 'retry', filter: FAILED, reason: 'x' }, /^invalidArguments: reason belongs to the action park/],
      [{ action: 'park', filter: FAILED, reason: 'x'.repeat(1_001) }, /^invalidArguments: .*reason/],
      [{ action: 'retry', filter: FAILED, dryRun: 'yes' }, /^invalidArguments: dryRun must be true or false/],
      [{ action: 'retry', filter: FAILED, expect: -1 }, /^invalidArguments: expect must be a whole number/],
      [{ action: 'retry', filter: FAILED, cursor: 'x' }, /^invalidArguments: cursor must be one/],
      [{ action: 'retry', filter: FAILED, cursor: 7 }, /^invalidArguments: cursor must be a text/],
    ]
    for (const [args, expected] of cases) assert.match(await refused(args), expected)
  })

  it('finds nothing by conditions that cannot hold', async () => {
    await index(1)
    for (const filter of [{ ...FAILED, failure: 'none' }, { failure: '0000000000000' }, { '@type': 'MergeThreads', failure: failureKey('IndexDocument', 'boom') }]) {
      assert.deepEqual(sums(await bulk({ action: 'destroy', filter })), [0, 0, 0, 0, 0])
    }
    assert.deepEqual(sums(await bulk({ action: 'retry', filter: { failure: failureKey('IndexDocument', 'boom') } })), [1, 1, 0, 0, 0])
  })

  it('a parked task is shown as any other that failed', async () => {
    const id = await create()
    await bulk({ action: 'park', filter: { lane: 'search' }, reason: 'not tonight' })
    assert.equal(part(await get(id), 'status')['failureReason'], 'not tonight')
  })
})
