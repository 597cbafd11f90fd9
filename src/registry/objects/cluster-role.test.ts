import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import { DUTIES } from '../../tasks/define.ts'

describe('ClusterRole', () => {
  let test: TestRegistry
  let smtp: Id
  beforeEach(async () => {
    test = await openRegistry()
    smtp = await test.create('NetworkListener', { name: 'smtp', bind: ['127.0.0.1:0'] })
  })

  it('enables everything unless it says otherwise', async () => {
    for (const body of [{ name: 'a' }, { name: 'b', listeners: { '@type': 'EnableAll' }, tasks: { '@type': 'EnableAll' } }]) {
      const role = await test.get('ClusterRole', await test.create('ClusterRole', body))
      assert.deepEqual([role['tasks'], role['listeners'], role['description']], [{ '@type': 'EnableAll' }, { '@type': 'EnableAll' }, null])
    }
  })
  it('has four variants of each group, sets as objects or arrays', async () => {
    const taskTypes = ['searchIndexing', 'taskScheduler']
    for (const type of ['EnableSome', 'DisableSome']) {
      const role = await test.get(
        'ClusterRole',
        await test.create('ClusterRole', {
          name: type,
          tasks: { '@type': type, taskTypes },
          listeners: { '@type': type, listenerIds: { [smtp]: true } },
        }),
      )
      assert.deepEqual(
        [role['tasks'], role['listeners']],
        [
          { '@type': type, taskTypes: { searchIndexing: true, taskScheduler: true } },
          { '@type': type, listenerIds: { [smtp]: true } },
        ],
      )
    }
    const none = await test.get(
      'ClusterRole',
      await test.create('ClusterRole', { name: 'none', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableSome' } }),
    )
    assert.deepEqual([none['tasks'], none['listeners']], [{ '@type': 'DisableAll' }, { '@type': 'EnableSome', listenerIds: {} }])
  })
  it('knows every duty and no other', async () => {
    await test.create('ClusterRole', { name: 'all', tasks: { '@type': 'EnableSome', taskTypes: [...DUTIES] } })
    assert.equal(
      (await test.refused('ClusterRole', { name: 'x', tasks: { '@type': 'EnableSome', taskTypes: ['cooking'] } }))['type'],
      'validationFailed',
    )
    assert.equal(
      (await test.refused('ClusterRole', { name: 'x', tasks: { '@type': 'EnableAll', taskTypes: ['taskScheduler'] } }))['type'],
      'invalidPatch',
    )
  })
  it('names listeners that exist, which then cannot be destroyed', async () => {
    const id = await test.create('ClusterRole', { name: 'edge', listeners: { '@type': 'EnableSome', listenerIds: [smtp] } })
    assert.equal(
      (await test.refusedUpdate('ClusterRole', id, { 'listeners/listenerIds/0000000000000': true }))['type'],
      'invalidForeignKey',
    )
    const error = part(await test.call('NetworkListener/set', { destroy: [smtp] }), 'notDestroyed', smtp)
    assert.deepEqual(
      [error['type'], error['objectId'], error['linkedObjects']],
      ['objectIsLinked', { object: 'NetworkListener', id: smtp }, [{ object: 'ClusterRole', id }]],
    )
    await test.update('ClusterRole', id, { [`listeners/listenerIds/${smtp}`]: null })
    assert.deepEqual((await test.call('NetworkListener/set', { destroy: [smtp] }))['destroyed'], [smtp])
  })
  it('is made together with its listener, in one request', async () => {
    const context = test.context()
    await test.call('NetworkListener/set', { create: { 'networklistener-b': { name: 'lmtp', bind: { '127.0.0.1:0': true } } } }, context)
    const reply = await test.call(
      'ClusterRole/set',
      { create: { r: { name: 'edge', listeners: { '@type': 'EnableSome', listenerIds: { '#networklistener-b': true } } } } },
      context,
    )
    const role = await test.get('ClusterRole', String(at(reply, 'created', 'r', 'id')))
    assert.deepEqual(at(role, 'listeners', 'listenerIds'), { [context.createdIds.get('networklistener-b') ?? '']: true })
  })
  it('has a name of its own, for life', async () => {
    const id = await test.create('ClusterRole', { name: 'edge' })
    assert.equal((await test.refused('ClusterRole', { name: 'edge' }))['type'], 'primaryKeyViolation')
    assert.equal((await test.refusedUpdate('ClusterRole', id, { name: 'core' }))['type'], 'invalidPatch')
    assert.deepEqual(await test.query('ClusterRole', { filter: { name: 'edge' } }), [id])
  })
})
