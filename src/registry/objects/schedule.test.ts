import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { SCHEDULES_MAX } from './schedule-backend.ts'
import { PAUSED_FOR_GOOD } from './schedule.ts'

/** VirtualClock begins at 2026-01-01T00:00:00Z. */
const HOUR_MS = 3_600_000

describe('Schedule', () => {
  let test: TestRegistry
  let accountId: Id

  beforeEach(async () => {
    test = await openRegistry()
    const domainId = await test.create('Domain', { name: 'example.org' })
    accountId = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
  })

  const task = (more: JsonObject = {}) => ({ '@type': 'IndexDocument', accountId, documentId: 'd', documentType: 'email', ...more })
  const body = (more: JsonObject = {}): JsonObject => ({ name: 'nightly', cron: '0 2 * * *', task: task(), ...more })
  const create = (more: JsonObject = {}) => test.create('Schedule', body(more))
  const refused = (more: JsonObject = {}) => test.refused('Schedule', body(more))
  const get = (id: Id) => test.get('Schedule', id)
  const row = async (id: Id) => {
    const [found] = await test.store.read(tx => tx.schedules.get([id]))
    assert(found)
    return found
  }
  const nextOf = async (id: Id) => (await get(id))['nextSlot']

  it('is what was sent, with its defaults and its next slot', async () => {
    const id = await create()
    assert.deepEqual(await get(id), {
      id, name: 'nightly', cron: '0 2 * * *', timeZone: 'UTC', catchUp: 'last', pausedUntil: null, task: task(),
      lastSlot: null, nextSlot: '2026-01-01T02:00:00Z', lastTaskId: null, problem: null,
    })
    const vienna = await create({ name: 'vienna', timeZone: 'Europe/Vienna', catchUp: 'none' })
    assert.deepEqual([await nextOf(vienna), (await row(vienna)).catchUp], ['2026-01-01T01:00:00Z', 'none'])
    assert.deepEqual((await row(id)).payload, { accountId, documentId: 'd', documentType: 'email' })
  })

  it('says when its newest task has failed, and when nobody has made one', async () => {
    const id = await create()
    const problem = async () => (await get(id))['problem']
    await test.clock.advance(2 * HOUR_MS + 60_000)
    assert.equal(await problem(), null, 'a minute is not late')
    await test.clock.advance(1)
    assert.equal(await problem(), 'late')
    const before = await row(id)
    const made = test.catalogue.row({ variant: 'IndexDocument', payload: before.payload }, test.ids, test.clock.now())
    await test.store.transact(tx => tx.schedules.advance(id, before.version, before.nextSlot, before.nextSlot + 24 * HOUR_MS, [{ slot: before.nextSlot, task: made }]))
    assert.deepEqual([await problem(), (await get(id))['lastTaskId']], [null, made.id])
    await test.update('Task', made.id, { status: { '@type': 'Failed' } })
    assert.equal(await problem(), 'failed')
    assert.equal(await test.update('Schedule', id, { ...await get(id), problem: 'late' }), null)
    await test.update('Schedule', id, { pausedUntil: PAUSED_FOR_GOOD })
    await test.call('Task/set', { destroy: [made.id] })
    await test.clock.advance(48 * HOUR_MS)
    assert.equal(await problem(), null, 'paused')
  })

  describe('is refused', () => {
    it('for times that are none, with the part that is wrong', async () => {
      const error = await refused({ cron: '0 25 * * *' })
      assert.deepEqual([error['type'], error['properties'], at(error, 'validationErrors', '0', 'type')], ['validationFailed', ['cron'], 'Invalid'])
      assert.match(String(error['description']), /^cron has the hour "25", which is not valid/)
      assert.match(String((await refused({ cron: '0 0 30 2 *' }))['description']), /^cron never comes/)
      assert.deepEqual((await refused({ timeZone: 'Mars/Base' }))['properties'], ['timeZone'])
      const id = await create()
      assert.deepEqual((await test.refusedUpdate('Schedule', id, { cron: 'often' }))['properties'], ['cron'])
      assert.deepEqual((await test.refusedUpdate('Schedule', id, { timeZone: '+02:00' }))['properties'], ['timeZone'])
      assert.deepEqual((await test.refusedUpdate('Schedule', id, { catchUp: 'some' }))['properties'], ['catchUp'])
    })
    it('for a task that nobody can make: unknown, internal, not built, not indexable, about nobody', async () => {
      for (const type of ['Nothing', 'MergeThreads', 'TlsReport', 'DestroyAccount']) {
        assert.deepEqual((await refused({ task: { '@type': type } }))['properties'], ['task/@type'], type)
      }
      assert.equal((await refused({ task: task({ documentType: 'calendar' }) }))['type'], 'forbidden')
      assert.deepEqual((await refused({ task: { '@type': 'IndexDocument', accountId } }))['properties'], ['task/documentId', 'task/documentType'])
      const error = await refused({ task: task({ accountId: '0000000000000' }) })
      assert.deepEqual([error['type'], error['properties']], ['invalidForeignKey', ['task/accountId']])
      assert.equal((await refused({ task: task({ status: { '@type': 'Pending' } }) }))['type'], 'invalidPatch')
    })
    it('for what the server sets', async () => {
      for (const property of ['nextSlot', 'lastSlot']) {
        assert.deepEqual((await refused({ [property]: '2026-02-01T00:00:00Z' }))['properties'], [property])
      }
      assert.deepEqual((await refused({ lastTaskId: 'x' }))['properties'], ['lastTaskId'])
    })
    it('for a name that another one has', async () => {
      const [id, other] = [await create(), await create({ name: 'other' })]
      for (const error of [await refused(), await test.refusedUpdate('Schedule', other, { name: 'nightly' })]) {
        assert.deepEqual([error['type'], error['existingId'], error['properties']], ['primaryKeyViolation', id, ['name']])
      }
      assert.equal((await refused({ name: '' }))['type'], 'validationFailed')
    })
    it('when there are too many', async () => {
      await test.store.transact(async tx => {
        for (let index = 0; index < SCHEDULES_MAX; index++) {
          await tx.schedules.insert({
            id: test.ids.next(), name: `s${index}`, cron: '* * * * *', timeZone: 'UTC', catchUp: 'none', pausedUntil: null, variant: 'IndexDocument',
            payload: {}, nextSlot: 1,
          })
        }
      })
      assert.equal((await refused())['type'], 'overQuota')
    })
  })

  describe('change', () => {
    it('of times finds the next slot anew, and of anything else leaves it', async () => {
      const id = await create()
      await test.clock.advance(5 * HOUR_MS)
      await test.update('Schedule', id, { name: 'renamed', catchUp: 'all', task: task({ '@type': 'UnindexDocument' }) })
      assert.equal(await nextOf(id), '2026-01-01T02:00:00Z')
      assert.deepEqual([(await row(id)).name, (await row(id)).variant], ['renamed', 'UnindexDocument'])
      await test.update('Schedule', id, { cron: '30 * * * *' })
      assert.equal(await nextOf(id), '2026-01-01T05:30:00Z')
      await test.update('Schedule', id, { cron: '0 12 * * *', timeZone: 'Asia/Tokyo' })
      assert.equal(await nextOf(id), '2026-01-02T03:00:00Z')
    })
    it('turns it to another document', async () => {
      const id = await create()
      await test.update('Schedule', id, { 'task/documentId': 'e' })
      assert.deepEqual((await get(id))['task'], task({ documentId: 'e' }))
    })
    it('that meets the scheduler is worked out again', async () => {
      const id = await create()
      const seen = await row(id)
      await test.store.transact(tx => tx.schedules.advance(id, seen.version, seen.nextSlot, seen.nextSlot + 24 * HOUR_MS, []))
      await test.update('Schedule', id, { catchUp: 'all' })
      const { lastSlot, nextSlot, catchUp, version } = await row(id)
      assert.deepEqual({ lastSlot, nextSlot, catchUp, version },
        { lastSlot: seen.nextSlot, nextSlot: seen.nextSlot + 24 * HOUR_MS, catchUp: 'all', version: 3 })
    })
    it('is told to the scheduler at once', async () => {
      const heard: string[] = []
      test.store.wakeups.subscribe(hint => { heard.push(hint.kind) })
      const id = await create()
      await test.update('Schedule', id, { catchUp: 'none' })
      await test.call('Schedule/set', { destroy: [id] })
      assert.deepEqual(heard.filter(kind => kind === 'schedules'), ['schedules', 'schedules', 'schedules'])
    })
    it('takes back what was read', async () => {
      const id = await create()
      assert.equal(await test.update('Schedule', id, await get(id)), null)
      assert.equal((await row(id)).version, 1)
    })
  })

  describe('paused', () => {
    it('says when it goes on', async () => {
      const id = await create()
      await test.update('Schedule', id, { pausedUntil: '2026-03-01T12:00:00Z' })
      assert.equal(await nextOf(id), '2026-03-02T02:00:00Z')
      await test.update('Schedule', id, { pausedUntil: '2026-03-02T02:00:00Z' })
      assert.equal(await nextOf(id), '2026-03-02T02:00:00Z')
    })
    it('for good says that it does not', async () => {
      const id = await create({ pausedUntil: PAUSED_FOR_GOOD })
      assert.equal(await nextOf(id), null)
    })
    it('begins with the next slot when it is resumed, whatever was passed over meanwhile', async () => {
      const id = await create({ catchUp: 'all', pausedUntil: PAUSED_FOR_GOOD })
      await test.clock.advance(50 * HOUR_MS)
      await test.update('Schedule', id, { pausedUntil: null })
      assert.equal(await nextOf(id), '2026-01-04T02:00:00Z')
    })
    it('after its time is no pause any more', async () => {
      const id = await create({ pausedUntil: '2025-01-01T00:00:00Z' })
      assert.equal(await nextOf(id), '2026-01-01T02:00:00Z')
      await test.update('Schedule', id, { pausedUntil: null })
      assert.equal((await row(id)).nextSlot, Date.parse('2026-01-01T02:00:00Z'))
    })
  })

  it('is written by whoever may make such tasks, an operator for one', async () => {
    const id = await create()
    const verbs = ['sysScheduleCreate', 'sysScheduleUpdate', 'sysScheduleDestroy']
    const context = test.context(test.principal([...verbs, 'taskUnindexDocument']))
    const description = 'tester lacks the permission taskIndexDocument.'
    assert.deepEqual(await test.refused('Schedule', body({ name: 'x' }), context), { type: 'forbidden', description })
    assert.deepEqual(await test.refusedUpdate('Schedule', id, { pausedUntil: PAUSED_FOR_GOOD }, context), { type: 'forbidden', description })
    assert.deepEqual(await test.refusedUpdate('Schedule', id, { task: task({ '@type': 'UnindexDocument' }) }, context), { type: 'forbidden', description })
    assert.deepEqual(part(await test.call('Schedule/set', { destroy: [id] }, context), 'notDestroyed', id), { type: 'forbidden', description })
    const own = await test.create('Schedule', body({ name: 'own', task: task({ '@type': 'UnindexDocument' }) }), context)
    assert.deepEqual(await test.refusedUpdate('Schedule', own, { task: task() }, context), { type: 'forbidden', description })
    const operator = test.context(test.principal(test.objects.roles.Operator))
    await test.update('Schedule', id, { pausedUntil: PAUSED_FOR_GOOD }, operator)
    assert.deepEqual((await test.call('Schedule/set', { destroy: [own] }, operator))['destroyed'], [own])
    await assert.rejects(test.create('Schedule', body(), test.context(test.principal(test.objects.roles.ReadOnly))), /sysScheduleCreate/)
  })

  it('is removed', async () => {
    const id = await create()
    assert.deepEqual((await test.call('Schedule/set', { destroy: [id] }))['destroyed'], [id])
    assert.equal(at(await test.call('Schedule/set', { destroy: [id, 'nonsense'] }), 'notDestroyed', id, 'type'), 'notFound')
  })

  it('is run now by making its task: what it shows of it is what a creation takes', async () => {
    const id = await create()
    const { task: shown } = await get(id)
    const made = await test.create('Task', shown as JsonObject)
    assert.equal((await test.get('Task', made))['documentId'], 'd')
  })

  it('is listed by name, in pages, with filters and counts', async () => {
    const [b, a] = [await create({ name: 'b' }), await create({ name: 'a', task: task({ '@type': 'UnindexDocument' }) })]
    const c = await create({ name: 'c' })
    assert.deepEqual(await test.query('Schedule'), [a, b, c])
    assert.deepEqual(await test.query('Schedule', { sort: [{ property: 'name', isAscending: false }] }), [c, b, a])
    assert.deepEqual(await test.query('Schedule', { anchor: a, anchorOffset: 1, limit: 1 }), [b])
    assert.deepEqual(await test.query('Schedule', { position: 1 }), [b, c])
    assert.deepEqual(await test.query('Schedule', { filter: { name: 'b' } }), [b])
    assert.deepEqual(await test.query('Schedule', { filter: { task: 'UnindexDocument' } }), [a])
    assert.deepEqual((await test.call('Schedule/query', { filter: { task: 'IndexDocument' }, limit: 1, calculateTotal: true }))['total'], 2)
  })

  it('of a task that this version cannot make is kept as it is, and can be paused and removed', async () => {
    const id = test.ids.next()
    const old = { variant: 'Older', payload: { some: 'thing' } }
    await test.store.transact(tx => tx.schedules.insert({
      id, name: 'old', cron: '* * * * *', timeZone: 'UTC', catchUp: 'none', pausedUntil: null, nextSlot: test.clock.now(), ...old,
    }))
    await test.update('Schedule', id, { pausedUntil: PAUSED_FOR_GOOD })
    const { variant, payload, pausedUntil } = await row(id)
    assert.deepEqual({ variant, payload, pausedUntil }, { ...old, pausedUntil: Date.parse(PAUSED_FOR_GOOD) })
    assert.deepEqual((await test.call('Schedule/set', { destroy: [id] }))['destroyed'], [id])
  })
})
