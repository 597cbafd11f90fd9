import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../test/support/registry.ts'
import type { TestRegistry } from '../../test/support/registry.ts'
import { clusterFinding } from './objects/cluster-finding.ts'
import { networkListener } from './objects/network-listener.ts'
import { taskManager } from './objects/task-manager.ts'
import { OBJECTS_IN_GET_MAX } from './ops/environment.ts'
import { SetFailure } from './set-error.ts'

describe('the registry, as the server uses it', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })

  it('has the methods of every object under their names on the wire', () => {
    const names = [...test.registry.methods().keys()]
    const objects = ['Task', 'TaskFailure', 'TaskVariant', 'Schedule', 'TaskRun', 'TaskRunCount', 'Account', 'ApiKey', 'OAuthGrant', 'Domain', 'DkimSignature', 'Tenant', 'ArchivedItem', 'SpamTrainingSample', 'SpamTag', 'SpamFileExtension', 'MemoryLookupKey', 'Trace', 'Metric', 'NetworkListener', 'Certificate', 'AcmeProvider', 'DnsServer', 'ClusterRole', 'ClusterNode', 'ClusterLane', 'ClusterFinding', 'AuditEntry']
    const expected = [
      'x:Task/bulk', 'x:Schedule/slots', 'x:TaskRunCount/rates',
      ...objects.flatMap(name => ['get', 'query', 'set'].map(verb => `x:${name}/${verb}`)),
      ...['TaskManager', 'DataRetention', 'SystemSettings', 'SpamSettings', 'SpamClassifier'].flatMap(name => ['get', 'set'].map(verb => `x:${name}/${verb}`)),
    ]
    assert.deepEqual(names.toSorted(), expected.toSorted())
  })

  it('writes without permissions, through the same checks', async () => {
    const { registry } = test
    const id = await registry.create(networkListener, { name: 'http', protocol: 'http', bind: { '127.0.0.1:8080': true } })
    const [listener] = await test.store.read(tx => registry.get(tx, networkListener, [id]))
    assert.deepEqual(
      [listener?.id, listener?.value.name, listener?.value.bind, listener?.version],
      [id, 'http', { '127.0.0.1:8080': true }, 1],
    )
    await registry.update(networkListener, id, { 'bind/[::1]:8080': true })
    await assert.rejects(
      registry.create(networkListener, { name: 'http', bind: {} }),
      error => error instanceof SetFailure && error.error.type === 'validationFailed',
    )
    await assert.rejects(
      registry.update(networkListener, 'nobody', {}),
      error => error instanceof SetFailure && error.error.type === 'notFound',
    )
    await registry.destroy(networkListener, id)
    assert.deepEqual(await test.store.read(tx => registry.all(tx, networkListener)), [])
  })

  it('makes the first administrator, whose secret it keeps hashed', async () => {
    const { registry, objects } = test
    const domainId = await registry.create(test.objects.domain, { name: 'localhost' })
    const id = await registry.create(objects.account, {
      '@type': 'User',
      name: 'admin',
      domainId,
      roles: { '@type': 'Admin' },
      credentials: [{ '@type': 'Password', secret: 'correct horse' }],
    })
    const [account] = await test.store.read(tx => registry.get(tx, objects.account, [id]))
    assert.ok(JSON.stringify(account?.value).includes('$fake$correct horse'))
  })

  it('lists all objects of a kind, however many', async () => {
    const count = OBJECTS_IN_GET_MAX + 3
    await test.store.transact(async tx => {
      for (let index = 0; index < count; index++)
        await tx.objects.insert('NetworkListener', test.ids.next(), { name: `l${index}`, bind: {} }, [], [])
    })
    const all = await test.store.read(tx => test.registry.all(tx, networkListener))
    assert.deepEqual([all.length, new Set(all.map(({ id }) => id)).size, all[0]?.value.protocol], [count, count, 'smtp'])
  })

  it('reads a singleton that was never written, and one that was', async () => {
    const read = () => test.store.read(tx => test.registry.singleton(tx, taskManager))
    assert.equal((await read()).maxAttempts, 3)
    await test.registry.update(taskManager, 'singleton', { maxAttempts: 9 })
    assert.deepEqual([(await read()).maxAttempts, (await read()).totalDeadline], [9, 21_600_000])
  })

  it('wakes those who watch an object, after the write', async () => {
    const heard: string[] = []
    test.store.wakeups.subscribe(hint => { if (hint.kind === 'objects') heard.push(...hint.names) })
    await test.registry.create(networkListener, { name: 'http', bind: ['127.0.0.1:0'] })
    assert.deepEqual(heard, ['NetworkListener', 'AuditEntry'])
  })

  it('has no way to write what is only worked out', async () => {
    await assert.rejects(test.registry.create(clusterFinding, {}), { name: 'AssertionFailure' })
  })
})
