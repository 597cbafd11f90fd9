/** The audit log: on a whole node as it is asked over HTTP, and on each store while many write at once. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import type { Store } from '../../src/store/store.ts'
import { apiCall, create, list, part, update } from '../support/api-call.ts'
import { EVERY_STORE } from '../support/every-store.ts'
import type { Opened } from '../support/every-store.ts'
import { TestRegistry } from '../support/registry.ts'
import { ADMIN_PASSWORD, startServer } from '../support/server.ts'

const AT_ONCE = 12

test('a node tells who changed what, with which login and from where', async () => {
  await using node = await startServer()
  const [domainId = ''] = await create(node, 'Domain', { name: 'example.org' })
  const [jane = ''] = await create(node, 'Account', {
    '@type': 'User', name: 'jane', domainId, credentials: [{ '@type': 'Password', secret: 'correct horse' }],
  })
  await update(node, 'Account', jane, { 'credentials/0/secret': 'another horse', description: 'Jane' })
  await apiCall(node.port('http'), { token: node.server.localToken }, [['x:Domain/set', { update: { [domainId]: { description: 'Ours' } } }]])

  const [updated, created] = await list(node, 'AuditEntry', { objectId: jane })
  const { id: adminId } = (await list(node, 'Account')).find(account => account['name'] === 'admin') ?? {}
  assert.deepEqual(
    [created?.['action'], updated?.['action'], updated?.['actorId'], updated?.['via'], updated?.['remote']],
    ['Create', 'Update', adminId, 'password', '127.0.0.1'],
  )
  assert.match(String(updated?.['actorName']), /^admin/)
  const after = JSON.parse(String(updated?.['after'])) as JsonObject
  assert.deepEqual(Object.keys(after).toSorted(), ['credentials', 'description'])
  const log = JSON.stringify(await list(node, 'AuditEntry'))
  for (const secret of ['correct horse', 'another horse', '$argon2', ADMIN_PASSWORD]) assert.ok(!log.includes(secret), secret)

  const [byToken] = await list(node, 'AuditEntry', { objectId: domainId })
  assert.deepEqual([byToken?.['action'], byToken?.['via']], ['Update', 'local'])
  // The first objects of a new node are the server's own.
  const [first] = await list(node, 'AuditEntry', { objectId: String(adminId), action: 'Create' })
  assert.deepEqual([first?.['actorId'], first?.['actorName'], first?.['remote']], [null, 'The server', null])

  const [refused] = await node.call([['x:AuditEntry/query', {}]], { name: 'jane@example.org', password: 'another horse' })
  assert.equal(part(refused, 'error')['type'], 'forbidden')
})

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`the audit log on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Store
    let registry: TestRegistry
    before(async () => {
      opened = await prepare()
      // Writers that meet in PostgreSQL wait for a moment of its own clock.
      store = await opened.open(systemClock)
      registry = new TestRegistry(new VirtualClock(), store, [])
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    test('has each change once, and none that was not made, while many write one object', async () => {
      const id = await registry.create('ClusterRole', { name: 'edge' })
      const replies = await Promise.all(Array.from({ length: AT_ONCE }, (_, nth) =>
        registry.call('ClusterRole/set', { update: { [id]: { description: `by ${nth}` } } })))
      const done = replies.filter(reply => reply['updated'] !== undefined).length
      assert.ok(done > 0)
      const found = await registry.query('AuditEntry', { filter: { objectId: id, action: 'Update' } })
      const entries = (await registry.call('AuditEntry/get', { ids: found }))['list'] as unknown as JsonObject[]
      assert.equal(entries.length, done)
      const value = (entry: JsonObject, side: string): string => String((JSON.parse(String(entry[side])) as JsonObject)['description'])
      // Each change stands on the one before it: what one became is what exactly one other was, up to the last.
      const last = String((await registry.get('ClusterRole', id))['description'])
      const were = entries.map(entry => value(entry, 'before'))
      assert.deepEqual([...were, last].toSorted(), ['null', ...entries.map(entry => value(entry, 'after'))].toSorted())
      assert.equal(new Set(were).size, done)
    })
  })
}
