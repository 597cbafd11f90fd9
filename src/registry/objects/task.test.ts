import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { LATER, NOW, taskObjects } from '../../../test/support/task-objects.ts'
import type { Id } from '../../base/ids.ts'
import { DUE_NEVER as ENGINE_DUE_NEVER } from '../../engine/ports/task.ts'
import { DUE_NEVER } from './task-status.ts'

describe('Task', () => {
  const { world, body, create, refused, get, row, insert, failed } = taskObjects()
  let test: TestRegistry
  let accountId: Id
  let domainId: Id
  beforeEach(() => { ({ test, accountId, domainId } = world()) })

  it('agrees with the engine on what is never due', () => { assert.equal(DUE_NEVER, ENGINE_DUE_NEVER) })

  describe('creation', () => {
    it('is due now when nothing is said', async () => {
      for (const more of [{}, { status: { '@type': 'Pending' } }, { status: null }]) {
        const task = await get(await create(more))
        assert.deepEqual([task['status'], task['due']], [{ '@type': 'Pending', createdAt: NOW, due: NOW }, NOW])
      }
    })
    it('takes the status name of a filtered list for an ordinary new task, and refuses other texts', async () => {
      for (const status of ['Failed', 'Pending', 'Retry'])
        assert.deepEqual((await get(await create({ status })))['status'], { '@type': 'Pending', createdAt: NOW, due: NOW })
      const error = await refused({ status: 'Done' })
      assert.deepEqual([error['type'], error['properties']], ['invalidPatch', ['status']])
    })
    it('takes any status and any due time of four digits', async () => {
      assert.equal((await get(await create({ status: { '@type': 'Pending', due: '2026-12-01T05:00:00.500+02:00' } })))['due'], LATER)
      assert.equal(
        (await get(await create({ status: { '@type': 'Pending', due: '9999-12-31T23:59:59Z' } })))['due'],
        '9999-12-31T23:59:59Z',
      )
      assert.deepEqual(
        (await get(await create({ status: { '@type': 'Retry', due: LATER, failureReason: 'x', attemptNumber: 2 } })))['status'],
        {
          '@type': 'Retry',
          createdAt: NOW,
          due: LATER,
          failureReason: 'x',
          attemptNumber: 2,
        },
      )
      const parked = await get(await create({ status: { '@type': 'Failed' } }))
      assert.deepEqual(
        [parked['status'], parked['due']],
        [{ '@type': 'Failed', createdAt: NOW, failedAt: NOW, failureReason: 'Set by tester.', failedAttemptNumber: 0 }, null],
      )
    })
    it('refuses due times that are none', async () => {
      for (const due of ['10000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', 'tomorrow', '2026-12-01T03:00:00']) {
        const error = await refused({ status: { '@type': 'Pending', due } })
        assert.deepEqual(
          [error['type'], error['validationErrors']],
          ['validationFailed', [{ type: 'Invalid', property: 'due', value: due }]],
        )
      }
      assert.equal((await refused({ status: { '@type': 'Pending', due: 5 } }))['type'], 'invalidPatch')
    })
    it('refuses what the server sets', async () => {
      assert.deepEqual((await refused({ due: LATER }))['properties'], ['due'])
      assert.deepEqual((await refused({ status: { '@type': 'Pending', createdAt: LATER } }))['properties'], ['status/createdAt'])
      assert.deepEqual((await refused({ running: { node: 'x' }, waitingFor: { '@type': 'Turn' } }))['properties'], ['running', 'waitingFor'])
    })
    it('needs a variant that exists', async () => {
      assert.deepEqual(await test.refused('Task', { '@type': 'Nothing' }).then(({ type, properties }) => [type, properties]), [
        'invalidPatch',
        ['@type'],
      ])
      assert.equal((await test.refused('Task', {}))['type'], 'invalidPatch')
    })
    it('needs the fields of its variant', async () => {
      assert.deepEqual((await test.refused('Task', { '@type': 'IndexDocument', accountId }))['validationErrors'], [
        { type: 'Required', property: 'documentId' }, { type: 'Required', property: 'documentType' },
      ])
    })
    it('needs an account that exists', async () => {
      const error = await refused({ accountId: '0000000000000' })
      assert.deepEqual([error['type'], error['objectId']], ['invalidForeignKey', { object: 'Account', id: '0000000000000' }])
    })
    it('of a variant that only the server makes, or whose work is not built, is forbidden with the reason', async () => {
      const variants = test.catalogue.variants.values().toArray()
      const internal = variants.filter(variant => variant.creatable !== true)
      const planned = variants.filter(variant => 'notBuilt' in variant && variant.creatable === true)
      assert.ok(internal.length >= 7)
      for (const variant of internal) {
        const error = await test.refused('Task', { '@type': variant.name })
        assert.deepEqual(error, { type: 'forbidden', description: variant.creatable === true ? '' : variant.creatable.forbidden })
      }
      for (const variant of planned)
        assert.equal((await test.refused('Task', { '@type': variant.name }))['description'], 'notBuilt' in variant ? variant.notBuilt : '')
    })
    it('of a document that nobody can index yet is forbidden with the reason', async () => {
      assert.deepEqual(
        await refused({ documentType: 'calendar' }).then(({ type, description }) => [type, String(description).includes('calendar')]),
        ['forbidden', true],
      )
    })
    it('joins the task that waits for the same work', async () => {
      const first = await create({ documentId: 'same', status: { '@type': 'Pending', due: LATER } })
      assert.equal(await create({ documentId: 'same' }), first)
      assert.equal((await get(first))['due'], NOW)
    })
    it('needs the permission of its variant besides', async () => {
      const context = test.context(test.principal(['sysTaskCreate', 'taskUnindexDocument']))
      const reply = await test.call('Task/set', { create: { a: body(), b: body({ '@type': 'UnindexDocument' }) } }, context)
      assert.deepEqual(
        [part(reply, 'notCreated', 'a'), typeof at(reply, 'created', 'b', 'id')],
        [{ type: 'forbidden', description: 'tester lacks the permission taskIndexDocument.' }, 'string'],
      )
    })
  })

  describe('change', () => {
    it('moves the due time, as a form does', async () => {
      const id = await create()
      assert.equal(await test.update('Task', id, { 'status/due': '2026-12-01T03:00:00.000Z' }), null)
      assert.equal((await row(id)).due, Date.parse(LATER))
    })
    it('tries a failed task again at once, from the first attempt on', async () => {
      const id = await insert('IndexDocument', { accountId, documentId: 'x', documentType: 'email' }, failed())
      await test.clock.advance(60_000)
      await test.update('Task', id, { status: { '@type': 'Pending' } })
      const { status, due, attempt, firstFailedAt, failedAt, failureReason } = await row(id)
      assert.deepEqual(
        { status, due, attempt, firstFailedAt, failedAt, failureReason },
        { status: 'Pending', due: test.clock.now(), attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null },
      )
      assert.deepEqual((await get(id))['status'], { '@type': 'Pending', createdAt: NOW, due: '2026-01-01T00:01:00Z' })
    })
    it('has no due time to move while the task is failed', async () => {
      const id = await insert('IndexDocument', { accountId, documentId: 'x', documentType: 'email' }, failed())
      assert.deepEqual(await test.refusedUpdate('Task', id, { 'status/due': LATER }).then(({ type, properties }) => [type, properties]), [
        'invalidPatch',
        ['status/due'],
      ])
    })
    it('parks a task with what is known of its attempts', async () => {
      const id = await insert(
        'IndexDocument',
        { accountId, documentId: 'x', documentType: 'email' },
        failed({ status: 'Retry', due: test.clock.now(), failedAt: null, attempt: 2 }),
      )
      await test.update('Task', id, { status: { '@type': 'Failed' } })
      assert.deepEqual((await get(id))['status'], {
        '@type': 'Failed',
        createdAt: NOW,
        failedAt: NOW,
        failureReason: 'boom',
        failedAttemptNumber: 2,
      })
      const stored = await row(id)
      assert.deepEqual([stored.due, stored.firstFailedAt], [ENGINE_DUE_NEVER, failed().firstFailedAt])
    })
    it('sets attempts and reason of a task that waits for its retry', async () => {
      const id = await create()
      await test.update('Task', id, { status: { '@type': 'Retry', due: LATER, failureReason: 'later', attemptNumber: 2 } })
      await test.update('Task', id, { 'status/attemptNumber': 1 })
      const { status, attempt, failureReason, firstFailedAt } = await row(id)
      assert.deepEqual([status, attempt, failureReason, firstFailedAt], ['Retry', 1, 'later', test.clock.now()])
      assert.equal((await test.refusedUpdate('Task', id, { 'status/attemptNumber': -1 }))['type'], 'validationFailed')
      assert.equal((await test.refusedUpdate('Task', id, { 'status/failureReason': '' }))['type'], 'validationFailed')
    })
    it('of a field of the variant is stored, alone as well as with the status', async () => {
      const id = await insert('StoreMaintenance', { maintenanceType: 'purgeBlob', shardIndex: null, checkpoint: 'kept' })
      await test.update('Task', id, { shardIndex: 3 })
      assert.deepEqual((await row(id)).payload, { maintenanceType: 'purgeBlob', shardIndex: 3, checkpoint: 'kept' })
      assert.match(String((await test.refusedUpdate('Task', id, { shardIndex: 256 }))['description']), /^shardIndex is 256; it must be from 0/)
      const old = await insert('StoreMaintenance', { maintenanceType: 'purgeBlob', shardIndex: 999 })
      await test.update('Task', old, { status: { '@type': 'Failed' } })
      const dns = await insert('DnsManagement', { domainId, updateRecords: { mx: true }, onSuccessRenewCertificate: false })
      await test.update('Task', dns, {
        'updateRecords/spf': true,
        'updateRecords/mx': null,
        'status/due': LATER,
      })
      assert.deepEqual((await row(dns)).payload, { domainId, updateRecords: { spf: true }, onSuccessRenewCertificate: false })
      await test.update('Task', dns, { onSuccessRenewCertificate: true })
      assert.equal((await row(dns)).payload['onSuccessRenewCertificate'], true)
      assert.equal((await row(dns)).due, Date.parse(LATER))
    })
    it('that makes it other work moves it there, and is refused while that waits already', async () => {
      const slice = (shardIndex: number | null) => ({ maintenanceType: 'purgeBlob', shardIndex })
      const [third, whole] = [await insert('StoreMaintenance', slice(3)), await insert('StoreMaintenance', slice(null))]
      const before = await row(whole)
      await test.update('Task', whole, { shardIndex: 5 })
      const after = await row(whole)
      const expected = test.catalogue.keys('StoreMaintenance', slice(5), whole)
      assert.deepEqual([after.orderingKey, after.dedupeKey, after.bucket], [expected.orderingKey, expected.dedupeKey, expected.bucket])
      assert.notEqual(after.dedupeKey, before.dedupeKey)
      const { description, ...error } = await test.refusedUpdate('Task', whole, { shardIndex: 3 })
      assert.deepEqual(error, {
        type: 'primaryKeyViolation', properties: ['shardIndex'], existingId: third, objectId: { object: 'Task', id: third },
      })
      assert.ok(String(description).includes(third))
      assert.deepEqual(await row(whole), after)
    })
    it('adds to a change that waits for the end of a run', async () => {
      const id = await insert('DnsManagement', { domainId, updateRecords: { mx: true }, onSuccessRenewCertificate: true })
      const holder = '0000000000abd'
      const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
      await test.store.leases.join({ incarnation: holder, hostname: 'mx2', version: '1', state }, 10_000)
      await test.store.queue.pin(holder, [{ id, version: 1, startedAt: 1, progress: null }])
      await test.update('Task', id, { 'updateRecords/spf': true })
      await test.update('Task', id, { onSuccessRenewCertificate: false })
      await test.update('Task', id, { 'status/due': LATER })
      await test.store.queue.finish(holder, [{ kind: 'release', id }])
      const { payload, due, holder: nobody } = await row(id)
      assert.deepEqual([payload, due, nobody],
        [{ domainId, updateRecords: { mx: true, spf: true }, onSuccessRenewCertificate: false }, Date.parse(LATER), null])
    })
    it('of what a task is about is refused', async () => {
      const id = await create()
      for (const patch of [
        { accountId: 'x' },
        { documentId: 'other' },
        { due: LATER },
        { '@type': 'UnindexDocument' },
        { 'status/createdAt': LATER },
        { status: 'Failed' },
        { status: { '@type': 'Done' } },
      ]) {
        assert.equal((await test.refusedUpdate('Task', id, patch))['type'], 'invalidPatch', JSON.stringify(patch))
      }
    })
    it('takes back what was read', async () => {
      const id = await create()
      const { version } = await row(id)
      assert.equal(await test.update('Task', id, await get(id)), null)
      assert.equal((await row(id)).version, version)
    })
    it('keeps the day of creation through everything', async () => {
      const id = await create()
      await test.clock.advance(3_600_000)
      for (const status of [{ '@type': 'Retry', failureReason: 'x' }, { '@type': 'Failed' }, { '@type': 'Pending' }]) {
        await test.update('Task', id, { status })
        assert.equal(at(await get(id), 'status', 'createdAt'), NOW)
      }
    })
    it('and removal need the permission of the variant', async () => {
      const id = await create()
      const context = test.context(test.principal(['sysTaskUpdate', 'sysTaskDestroy']))
      assert.equal((await test.refusedUpdate('Task', id, {}, context))['type'], 'forbidden')
      assert.equal(at(await test.call('Task/set', { destroy: [id] }, context), 'notDestroyed', id, 'type'), 'forbidden')
      assert.equal((await row(id)).id, id)
    })
  })

  it('is removed', async () => {
    const id = await create()
    assert.deepEqual((await test.call('Task/set', { destroy: [id] }))['destroyed'], [id])
    assert.equal(at(await test.call('Task/set', { destroy: [id] }), 'notDestroyed', id, 'type'), 'notFound')
    assert.equal(at(await test.call('Task/set', { update: { [id]: {} } }), 'notUpdated', id, 'type'), 'notFound')
  })

  describe('while it runs', () => {
    const holder = '0000000000abc'
    let id: Id
    beforeEach(async () => {
      id = await create()
      const state = { role: null, duties: [], pushShard: null, draining: false, info: {} }
      await test.store.leases.join({ incarnation: holder, hostname: 'mx1', version: '1', state }, 10_000)
      test.cluster = { nodes: (await test.store.leases.view()).nodes, assignment: new Map() }
      assert.deepEqual(
        await test.store.queue.pin(holder, [
          { id, version: (await row(id)).version, startedAt: test.clock.now(), progress: { done: 3, of: 9, step: 'terms' } },
        ]),
        [true],
      )
    })
    it('says where, since when and how far', async () => {
      const { running, waitingFor } = await get(id)
      assert.deepEqual(running, { node: 'mx1', since: NOW, progress: 'done 3, of 9, step terms', requested: null })
      assert.equal(waitingFor, null)
    })
    it('is held up by nothing, and holds others of its key up', async () => {
      const next = await create({ '@type': 'UnindexDocument', documentId: (await row(id)).payload['documentId'] ?? null })
      assert.deepEqual((await get(next))['waitingFor'], { '@type': 'SameKey', taskId: id })
    })
    it('takes a change as a request to its holder, and says so', async () => {
      assert.equal(await test.update('Task', id, { 'status/due': LATER }), null)
      assert.equal((await row(id)).request?.kind, 'edit')
      assert.deepEqual([at(await get(id), 'running', 'requested'), (await get(id))['due']], ['edit', NOW])
    })
    it('takes a second change as one of what the first has asked for', async () => {
      const dns = await test.create('Task', { '@type': 'DnsManagement', domainId, updateRecords: { mx: true }, onSuccessRenewCertificate: false })
      await test.store.queue.pin(holder, [{ id: dns, version: (await row(dns)).version, startedAt: test.clock.now(), progress: null }])
      const asked = async () => {
        const { request } = await row(dns)
        return request?.kind === 'edit' ? [request.edit.payload, request.edit.state?.due] : request
      }
      assert.equal(await test.update('Task', dns, { 'updateRecords/spf': true }), null)
      assert.equal(await test.update('Task', dns, { 'updateRecords/tlsa': true, 'status/due': LATER }), null)
      assert.deepEqual(await asked(), [{ updateRecords: { mx: true, spf: true, tlsa: true } }, Date.parse(LATER)])
      assert.equal(await test.update('Task', dns, { updateRecords: { mx: true } }), null)
      assert.deepEqual(await asked(), [{ updateRecords: { mx: true } }, Date.parse(LATER)], 'as it was, and not as it was asked to be')
    })
    it('takes a removal as a request to its holder, and says so', async () => {
      assert.deepEqual((await test.call('Task/set', { destroy: [id] }))['destroyed'], [id])
      assert.equal((await row(id)).request?.kind, 'destroy')
      assert.equal(at(await get(id), 'running', 'requested'), 'cancel')
      assert.equal((await test.refusedUpdate('Task', id, { 'status/due': LATER }))['type'], 'notFound')
    })
    it('is found by it', async () => {
      const other = await create()
      assert.deepEqual(await test.query('Task', { filter: { running: true } }), [id])
      assert.deepEqual(await test.query('Task', { filter: { running: 'false' } }), [other])
      assert.deepEqual((await test.call('Task/query', { filter: { running: true, lane: 'store' }, calculateTotal: true }))['total'], 0)
    })
  })

  describe('while it waits', () => {
    const why = async (id: Id) => (await get(id))['waitingFor']
    it('says for what time, and nothing any more once it has failed', async () => {
      const id = await create({ status: { '@type': 'Pending', due: LATER } })
      assert.deepEqual([await why(id), (await get(id))['running']], [{ '@type': 'NotDue', until: LATER }, null])
      await test.update('Task', id, { status: { '@type': 'Failed' } })
      assert.equal(await why(id), null)
    })
    it('says which duty no live node has, as far as the node that is asked knows the cluster', async () => {
      const id = await create()
      assert.deepEqual(await why(id), { '@type': 'Turn' })
      const { bucket } = await row(id)
      const owners = (owner: Id | null) => Array.from({ length: 64 }, (_, index) => index === bucket ? owner : 'somebody')
      test.cluster = { nodes: [], assignment: new Map([['search', owners(null)]]) }
      assert.deepEqual(await why(id), { '@type': 'NoNode', duty: 'searchIndexing' })
      test.cluster = { nodes: [], assignment: new Map([['search', owners('somebody')]]) }
      assert.deepEqual(await why(id), { '@type': 'Turn' })
    })
    it('says which task of its key stands before it', async () => {
      const createDue = (type: string, due: string) => create({ '@type': type, documentId: 'one', status: { '@type': 'Pending', due } })
      const [second, first] = [await createDue('IndexDocument', '2025-06-01'), await createDue('UnindexDocument', '2025-05-01')]
      assert.deepEqual([await why(first), await why(second)], [{ '@type': 'Turn' }, { '@type': 'SameKey', taskId: first }])
    })
    it('tells the reasons of a whole page by one look', async () => {
      const ids = [
        await create({ documentId: 'one' }), await create({ status: { '@type': 'Pending', due: LATER } }), await create({ '@type': 'UnindexDocument', documentId: 'one' }),
      ]
      const { list } = await test.call('Task/get', { ids, properties: ['waitingFor'] })
      assert.deepEqual(list, [
        { id: ids[0], waitingFor: { '@type': 'Turn' } }, { id: ids[1], waitingFor: { '@type': 'NotDue', until: LATER } },
        { id: ids[2], waitingFor: { '@type': 'SameKey', taskId: ids[0] } },
      ])
    })
  })

  it('of a variant that this version does not know is shown by its name, and can be removed', async () => {
    const known = test.catalogue.row({ variant: 'IndexDocument', payload: { accountId } }, test.ids, test.clock.now())
    await test.store.transact(tx => tx.tasks.insert([{ ...known, variant: 'Newer' }]))
    assert.deepEqual(await get(known.id), { id: known.id, '@type': 'Newer' })
    assert.deepEqual((await test.call('Task/set', { destroy: [known.id] }))['destroyed'], [known.id])
  })
})
