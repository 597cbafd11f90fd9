import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { embedded, map, nullable, number, objectList, shape, string, variants } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { CallContext } from '../method.ts'
import { MethodError } from '../method.ts'
import { networkListener } from '../objects/network-listener.ts'
import type { RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { AUDIT_TEXT_BYTES_MAX, auditEntry, SERVER_NAME } from './audit.ts'

const KEY = shape('VaultKey', { secret: string('Secret.', { format: 'secret' }), hint: nullable(string('Hint.')) })
const LOCK = variants('VaultLock', [{ name: 'Open', label: 'Open' }, { name: 'Closed', label: 'Closed', shape: KEY }])
const vault = object({
  name: 'Vault', label: 'Vault', doc: 'For tests.',
  fields: {
    name: string('Name.', { index: 'unique' }),
    size: nullable(number('Size.', 'size')),
    lock: embedded(LOCK, 'Lock.'),
    keys: objectList(KEY, 'Keys.'),
    codes: map<string>({ type: 'string', format: 'string' }, { type: 'string', format: 'secretText' }, 'Codes.'),
    note: nullable(string('Note.', { format: 'text' })),
    memo: nullable(string('Memo.', { format: 'text' })),
  },
  hooks: {
    async derive(_tx: RegistryTx, _id, next) {
      if (next['name'] === 'refused') throw refusal('forbidden', 'Not this one.')
      return { body: next, index: [] }
    },
  },
})

describe('the audit log', () => {
  let test: TestRegistry
  const jane = (): CallContext => ({
    principal: { ...test.principal(), name: 'jane@example.org', via: 'password' }, createdIds: new Map(), remote: '192.0.2.9',
  })
  const entries = async (filter: JsonObject = { objectName: 'Vault' }): Promise<JsonObject[]> => {
    const ids = await test.query('AuditEntry', { filter })
    return (await test.call('AuditEntry/get', { ids }))['list'] as unknown as JsonObject[]
  }
  const read = (entry: JsonObject | undefined, side: 'before' | 'after'): unknown => {
    const text = entry?.[side]
    return typeof text === 'string' ? JSON.parse(text) : text
  }
  beforeEach(async () => { test = await openRegistry(vault) })

  it('tells of a creation, a change and a removal: who, when, from where, and only what changed', async () => {
    const id = await test.create('Vault', { name: 'a', size: 5 }, jane())
    await test.clock.advance(60_000)
    await test.update('Vault', id, { size: 6, note: 'more' }, jane())
    await test.clock.advance(60_000)
    await test.call('Vault/set', { destroy: [id] }, jane())
    const [destroyed, updated, created] = await entries()
    const common = {
      objectName: 'Vault', objectId: id, actorId: '0000000000001', actorName: 'jane@example.org', via: 'password', remote: '192.0.2.9',
    }
    for (const [entry, action] of [[created, 'Create'], [updated, 'Update'], [destroyed, 'Destroy']] as const) {
      const { id: entryId, at, action: done, before, after, ...rest } = entry ?? {}
      assert.deepEqual([done, rest], [action, common])
      assert.notEqual(entryId, id)
      assert.match(String(at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    }
    assert.equal(Date.parse(String(destroyed?.['at'])) - Date.parse(String(created?.['at'])), 120_000)
    assert.deepEqual([read(created, 'before'), read(created, 'after')],
      [null, { name: 'a', size: 5, lock: { '@type': 'Open' }, keys: {}, codes: {} }])
    assert.deepEqual([read(updated, 'before'), read(updated, 'after')], [{ size: 5, note: null }, { size: 6, note: 'more' }])
    assert.deepEqual([read(destroyed, 'before'), read(destroyed, 'after')],
      [{ name: 'a', size: 6, lock: { '@type': 'Open' }, keys: {}, codes: {}, note: 'more' }, null])
  })

  it('has no secret in any depth, and tells that one was changed', async () => {
    const secrets = ['alpha-1', 'beta-22', 'gamma-333', 'delta-4444']
    const id = await test.create('Vault', {
      name: 'a', lock: { '@type': 'Closed', secret: 'alpha-1', hint: 'h' }, keys: [{ secret: 'beta-22' }], codes: { x: 'gamma-333' },
    })
    await test.update('Vault', id, { 'keys/0/secret': 'delta-4444' })
    await test.call('Vault/set', { destroy: [id] })
    const all = await entries()
    const text = JSON.stringify(all)
    for (const secret of secrets) assert.ok(!text.includes(secret), secret)
    assert.deepEqual(read(all[1], 'after'), { keys: { 0: { secret: '****', hint: null } } })
    assert.deepEqual(read(all[1], 'after'), read(all[1], 'before'))
    assert.deepEqual((read(all[2], 'after') as JsonObject)['codes'], { x: '****' })
  })

  it('has nothing of what this version does not know: it may be secret', async () => {
    const id = test.ids.next()
    const body = { name: 'old', lock: { '@type': 'Timed', secret: 'alpha-1' }, keys: { 0: { secret: 's', pin: 'beta-22' } }, gone: 'gamma-333' }
    await test.store.transact(tx => tx.objects.insert('Vault', id, body, [], []))
    await test.call('Vault/set', { destroy: [id] })
    const [entry] = await entries()
    assert.deepEqual(read(entry, 'before'), { name: 'old', lock: { '@type': 'Timed' }, keys: { 0: { secret: '****' } }, codes: {} })
    const unknown = object({ name: 'Lock', label: 'Lock', doc: 'For tests.', shape: LOCK })
    const change = { id, before: { '@type': 'Timed', secret: 'alpha-1' }, after: null }
    const context = { principal: null, remote: null, now: 0 }
    assert.equal(auditEntry(unknown, change, context, '0000000000009')?.before, '{"@type":"Timed"}')
  })

  it('is silent about what was refused, and about changes that change nothing', async () => {
    const id = await test.create('Vault', { name: 'a' })
    await test.create('Vault', { name: 'b' })
    await test.refused('Vault', { name: 'a' })
    await test.refused('Vault', { name: 'refused' })
    await test.refused('Vault', {})
    await test.refusedUpdate('Vault', id, { name: 'b' })
    await test.refusedUpdate('Vault', id, { name: 'refused' })
    await test.refusedUpdate('Vault', id, { size: -1 })
    await test.update('Vault', id, { name: 'a', size: null })
    await test.update('Vault', id, {})
    await test.call('Vault/set', { destroy: ['nobody'] })
    assert.deepEqual((await entries()).map(entry => entry['action']), ['Create', 'Create'])
  })

  it('is written in the transaction of its change: none is there without the other', async () => {
    const { transact } = test.store
    const full = (): Promise<never> => Promise.reject(new Error('full'))
    const faulty: (typeof transact)[] = [
      work => transact(async tx => { await work(tx); throw new Error('lost') }),
      work => transact(tx => work({ ...tx, audit: { ...tx.audit, append: full } })),
    ]
    for (const broken of faulty) {
      Object.assign(test.store, { transact: broken })
      await assert.rejects(test.create('Vault', { name: 'a' }), /lost|full/)
      Object.assign(test.store, { transact })
      assert.deepEqual([await test.query('Vault'), await entries()], [[], []])
    }
  })

  it('tells what the server itself wrote', async () => {
    const id = await test.registry.create(networkListener, { name: 'http', bind: { '127.0.0.1:0': true } })
    const [entry] = await entries({ objectId: id })
    assert.deepEqual(
      [entry?.['actorId'], entry?.['actorName'], entry?.['via'], entry?.['remote']], [null, SERVER_NAME, null, null],
    )
  })

  it('tells of tasks and of singletons as of everything else', async () => {
    await test.update('TaskManager', 'singleton', { maxAttempts: 9 })
    const domainId = await test.create('Domain', { name: 'example.net' })
    const accountId = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
    const task = await test.task('IndexDocument', { accountId, documentId: 'd', documentType: 'email' })
    await test.update('Task', task, { 'status/due': '2031-01-01T00:00:00Z' })
    await test.call('Task/set', { destroy: [task] })
    const [settings] = await entries({ objectName: 'TaskManager' })
    assert.deepEqual([settings?.['action'], settings?.['objectId'], read(settings, 'before'), read(settings, 'after')],
      ['Update', 'singleton', { maxAttempts: 3 }, { maxAttempts: 9 }])
    const [, updated] = await entries({ objectId: task })
    assert.deepEqual((await entries({ objectId: task })).map(entry => entry['action']), ['Destroy', 'Update', 'Create'])
    assert.equal(((read(updated, 'after') as JsonObject)['status'] as JsonObject)['due'], '2031-01-01T00:00:00Z')
  })

  describe('cuts what is large', () => {
    it('property by property, the largest first, and says so', async () => {
      const [note, memo] = ['ä'.repeat(7_000), 'b'.repeat(9_000)]
      const id = await test.create('Vault', { name: 'a', note, memo })
      const [entry] = await entries()
      const after = read(entry, 'after') as JsonObject
      assert.equal(after['name'], 'a')
      assert.equal(after['note'], note)
      assert.match(String(after['memo']), /^"b{99}… \(cut: 9002 characters of JSON\)$/)
      assert.equal((await test.get('Vault', id))['memo'], memo)
    })

    it('to the limit, whatever is in it', async () => {
      const shown = { principal: null, remote: null, now: 0 }
      const large = fc.string({ unit: 'binary', maxLength: 30_000, size: 'max' })
      await fc.assert(fc.asyncProperty(fc.array(large, { minLength: 1, maxLength: 4 }), large, async (texts, code) => {
        const keys = Object.fromEntries(texts.map((hint, index) => [String(index), { secret: 's', hint }]))
        const body = { name: texts[0] ?? '', size: 1, lock: { '@type': 'Open' }, keys, codes: { [code]: 'x' }, note: code, memo: texts[0] ?? '' }
        const entry = auditEntry(vault, { id: '0000000000001', before: body, after: { ...body, size: 2 } }, shown, '0000000000002')
        assert.deepEqual([entry?.before, entry?.after], ['{"size":1}', '{"size":2}'])
        const removal = auditEntry(vault, { id: '0000000000001', before: body, after: null }, shown, '0000000000002')
        assert.ok(Buffer.byteLength(removal?.before ?? '') <= AUDIT_TEXT_BYTES_MAX)
        assert.ok(Object.hasOwn(JSON.parse(removal?.before ?? '') as JsonObject, 'keys'))
      }), { numRuns: 50 })
    })
  })

  describe('as an object', () => {
    let ids: Id[]
    beforeEach(async () => {
      ids = []
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        ids.push(await test.create('Vault', { name }, name < 'c' ? jane() : test.context(test.principal(undefined, '0000000000002'))))
        await test.clock.advance(10_000)
      }
    })
    const of = async (args: JsonObject): Promise<unknown[]> => {
      const found = await test.query('AuditEntry', args)
      const list = (await test.call('AuditEntry/get', { ids: found }))['list'] as unknown as JsonObject[]
      return list.map(entry => entry['objectId'])
    }

    it('is listed newest first, and goes page by page', async () => {
      assert.deepEqual(await of({}), ids.toReversed())
      assert.deepEqual(await of({ sort: [{ property: 'at', isAscending: true }] }), ids)
      const first = await test.query('AuditEntry', { limit: 2 })
      const anchor = first[1] ?? ''
      assert.deepEqual(await of({ anchor, anchorOffset: 1, limit: 2 }), [ids[2], ids[1]])
      assert.deepEqual(await of({ anchor, anchorOffset: -1, limit: 2 }), [ids[4], ids[3]])
      assert.deepEqual(await of({ position: 4 }), [ids[0]])
      const reply = await test.call('AuditEntry/query', { calculateTotal: true, filter: { actorId: '0000000000002' } })
      assert.equal(reply['total'], 3)
    })

    it('is found by time, object, actor and action', async () => {
      const [, second] = await test.query('AuditEntry', { sort: [{ property: 'at', isAscending: true }] })
      const at = (await test.get('AuditEntry', second ?? ''))['at'] as string
      assert.deepEqual(await of({ filter: { at } }), [ids[1]])
      assert.deepEqual(await of({ filter: { atIsLessThan: at } }), [ids[0]])
      assert.deepEqual(await of({ filter: { atIsGreaterThanOrEqual: at, atIsLessThanOrEqual: at } }), [ids[1]])
      assert.deepEqual(await of({ filter: { atIsGreaterThan: at, actorId: '0000000000001' } }), [])
      assert.deepEqual(await of({ filter: { atIsGreaterThan: at, atIsLessThan: at } }), [])
      assert.deepEqual(await of({ filter: { objectId: ids[3] ?? '', objectName: 'Vault', action: 'Create' } }), [ids[3]])
      assert.deepEqual(await of({ filter: { action: 'Destroy' } }), [])
      assert.deepEqual(await of({ filter: { operator: 'AND', conditions: [{ action: 'Create' }, { action: 'Update' }] } }), [])
      // An anchor that is not in the list starts it again.
      const anchor = second ?? ''
      assert.deepEqual(await of({ filter: { actorId: '0000000000002' }, anchor, anchorOffset: 1 }), [ids[4], ids[3], ids[2]])
      assert.deepEqual(await of({ filter: { atIsGreaterThanOrEqual: at, action: 'Create' }, anchor, anchorOffset: 0 }), [ids[1]])
    })

    it('can be written by nobody', async () => {
      const [id = ''] = await test.query('AuditEntry')
      const reply = await test.call('AuditEntry/set', { create: { n: {} }, update: { [id]: { remote: null } }, destroy: ['x'] })
      assert.deepEqual(
        [part(reply, 'notCreated', 'n')['type'], part(reply, 'notUpdated', id)['type'], part(reply, 'notDestroyed', 'x')['type']],
        ['forbidden', 'forbidden', 'forbidden'],
      )
    })

    it('is read by administrators and auditors, not by operators and users', async () => {
      const { roles } = test.objects
      const may = (role: keyof typeof roles): boolean[] => ['sysAuditEntryGet', 'sysAuditEntryQuery'].map(name => roles[role].has(name))
      assert.deepEqual([may('Admin'), may('ReadOnly'), may('Operator'), may('User')].flat(),
        [true, true, true, true, false, false, false, false])
      const operator = test.context(test.principal(roles.Operator))
      await assert.rejects(test.call('AuditEntry/query', {}, operator), error => error instanceof MethodError && error.type === 'forbidden')
    })
  })
})
