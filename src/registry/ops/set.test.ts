import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { nullable, objectId, objectList, set, shape, string } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { MethodError } from '../method.ts'
import type { RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { OBJECTS_IN_SET_MAX } from './environment.ts'

/** Throws what a test puts here into the next write of a folder of that name. */
const faults = new Map<string, Error>()

const folder = object({
  name: 'Folder', label: 'Folder', doc: 'For tests.',
  fields: {
    name: string('Name.', { index: 'unique' }),
    kind: string('Kind.', { update: 'immutable', default: 'plain' }),
    parent: nullable(objectId('Folder', 'Parent.')),
    related: set({ type: 'objectId', objectName: 'Folder' }, 'Related.'),
    notes: objectList(shape('Note', { text: string('Text.'), about: nullable(objectId('Folder', 'About.')) }), 'Notes.'),
  },
  hooks: {
    async derive(_tx: RegistryTx, _id, next) {
      const fault = faults.get(String(next['name']))
      faults.delete(String(next['name']))
      if (fault) throw fault
      return { body: next, index: [] }
    },
  },
})

describe('/set', () => {
  let test: TestRegistry
  const call = (args: JsonObject, context = test.context()) => test.call('Folder/set', args, context)
  const folders = () => test.query('Folder')

  beforeEach(async () => {
    faults.clear()
    test = await openRegistry(folder)
  })

  describe('a creation', () => {
    it('is answered with the id and nothing else, under the id that the client chose', async () => {
      for (const creationId of ['n0', 'new-0', '__proto__', '']) {
        const reply = await call(
          JSON.parse(`{"create":{${JSON.stringify(creationId)}:{"name":${JSON.stringify(`f${creationId}`)}}}}`) as JsonObject,
        )
        assert.deepEqual(Object.keys(part(reply, 'created')), [creationId])
        assert.deepEqual(Object.keys(part(reply, 'created', creationId)), ['id'])
        assert.deepEqual(Object.keys(reply), ['accountId', 'created'])
      }
      assert.equal((await folders()).length, 4)
    })
    it('costs its neighbours nothing when it is refused', async () => {
      const reply = await call({ create: { good: { name: 'a' }, bad: {}, worse: 5, worst: [], better: { name: 'b' } } })
      assert.deepEqual(Object.keys(part(reply, 'created')), ['good', 'better'])
      assert.equal(at(reply, 'notCreated', 'bad', 'type'), 'validationFailed')
      assert.equal(at(reply, 'notCreated', 'worse', 'type'), 'invalidPatch')
      assert.equal(at(reply, 'notCreated', 'worst', 'type'), 'invalidPatch')
      assert.equal((await folders()).length, 2)
    })
    it('with a unique value that is taken names whose it is', async () => {
      const id = await test.create('Folder', { name: 'a' })
      assert.deepEqual(await test.refused('Folder', { name: 'a' }), {
        type: 'primaryKeyViolation', description: 'Another Folder has this name; choose another name.', properties: ['name'],
        existingId: id, objectId: { object: 'Folder', id },
      })
    })
    it('that names nobody is refused', async () => {
      for (const parent of ['0000000000000', 'nonsense', 'singleton']) {
        assert.deepEqual(await test.refused('Folder', { name: 'a', parent }), {
          type: 'invalidForeignKey', description: `parent names the Folder ${parent}, which does not exist.`, properties: ['parent'],
          objectId: { object: 'Folder', id: parent },
        })
      }
      assert.equal(
        (await test.refused('Folder', { name: 'a', notes: [{ text: 'x', about: 'nobody' }] }))['properties']?.toString(),
        'notes/0/about',
      )
    })
    it('may not set its own id', async () => {
      assert.equal((await test.refused('Folder', { name: 'a', id: '0000000000001' }))['type'], 'invalidPatch')
    })
  })

  describe('creation ids', () => {
    const parentOf = async (id: Json | undefined) => (await test.get('Folder', String(id)))['parent']

    it('are resolved in the order of the references, whatever the order of the keys', async () => {
      const { created } = (await call({
        create: { c: { name: 'c', parent: '#b' }, b: { name: 'b', parent: '#a' }, a: { name: 'a' } },
      })) as { created: JsonObject }
      assert.equal(await parentOf(at(created, 'c', 'id')), at(created, 'b', 'id'))
      assert.equal(await parentOf(at(created, 'b', 'id')), at(created, 'a', 'id'))
    })
    it('are resolved as members and inside of lists', async () => {
      const { created } = (await call({
        create: { b: { name: 'b', related: { '#a': true }, notes: [{ text: 't', about: '#a' }] }, a: { name: 'a' } },
      })) as { created: JsonObject }
      const b = await test.get('Folder', String(at(created, 'b', 'id')))
      assert.deepEqual([b['related'], at(b, 'notes', '0', 'about')], [{ [String(at(created, 'a', 'id'))]: true }, at(created, 'a', 'id')])
    })
    it('of earlier calls and of the request are known, and new ones are told', async () => {
      const context = test.context()
      const given = await test.create('Folder', { name: 'given' })
      context.createdIds.set('given', given)
      await call({ create: { a: { name: 'a', parent: '#given' } } }, context)
      const a = context.createdIds.get('a')
      assert.equal(await parentOf(a), given)
      const { created } = await call({ create: { b: { name: 'b', parent: '#a' } } }, context) as { created: JsonObject }
      assert.equal(await parentOf(at(created, 'b', 'id')), a)
    })
    it('are resolved in the values of updates, the ones of this call too', async () => {
      const id = await test.create('Folder', { name: 'old' })
      const { created } = (await call({ create: { a: { name: 'a' } }, update: { [id]: { parent: '#a', 'related/#a': true } } })) as {
        created: JsonObject
      }
      const changed = await test.get('Folder', id)
      assert.deepEqual([changed['parent'], changed['related']], [at(created, 'a', 'id'), { [String(at(created, 'a', 'id'))]: true }])
    })
    it('are not resolved as the ids of updates and removals', async () => {
      const context = test.context()
      assert.equal(
        at(await call({ create: { a: { name: 'a' } }, update: { '#a': { name: 'b' } } }, context), 'notUpdated', '#a', 'type'),
        'notFound',
      )
      assert.equal(at(await call({ destroy: ['#a'] }, context), 'notDestroyed', '#a', 'type'), 'notFound')
    })
    it('that nobody made are not found', async () => {
      assert.deepEqual(await test.refused('Folder', { name: 'a', parent: '#nobody' }), {
        type: 'notFound', description: 'parent refers to #nobody, which this request has not created.', properties: ['parent'],
      })
    })
    it('of a refused creation are not found, even if an older object had the creation id', async () => {
      const context = test.context()
      context.createdIds.set('a', await test.create('Folder', { name: 'older' }))
      const reply = await call({ create: { a: { name: '' }, b: { name: 'b', parent: '#a' } } }, context)
      assert.equal(at(reply, 'notCreated', 'b', 'type'), 'notFound')
      assert.equal((await folders()).length, 1)
    })
    it('may form a chain of five, not of six', async () => {
      const chain = (length: number) =>
        Object.fromEntries(
          Array.from({ length }, (_, index) => [
            `n${index}`,
            { name: `${length}-${index}`, parent: index === 0 ? null : `#n${index - 1}` },
          ]),
        )
      assert.equal(Object.keys(part(await call({ create: chain(5) }), 'created')).length, 5)
      const reply = await call({ create: chain(6) })
      assert.deepEqual(Object.keys(part(reply, 'notCreated')), ['n5'])
      assert.equal(at(reply, 'notCreated', 'n5', 'type'), 'notFound')
    })
    it('in a circle are refused, everybody else is made', async () => {
      const create = {
        a: { name: 'a', parent: '#b' },
        b: { name: 'b', parent: '#c' },
        c: { name: 'c', parent: '#a' },
        self: { name: 'self', parent: '#self' },
        d: { name: 'd', parent: '#a' },
        e: { name: 'e' },
      }
      const reply = await call({ create })
      assert.deepEqual(Object.keys(part(reply, 'created')), ['e'])
      assert.deepEqual(Object.values(part(reply, 'notCreated')).map(error => at(error, 'type')), Array(5).fill('notFound'))
    })
  })

  describe('an update', () => {
    let id: string
    beforeEach(async () => { id = await test.create('Folder', { name: 'a', notes: [{ text: 'x' }] }) })

    it('is answered with null, under the id as it was sent', async () => {
      assert.deepEqual((await call({ update: { [id]: { name: 'b' } } }))['updated'], { [id]: null })
      assert.equal((await test.get('Folder', id))['name'], 'b')
    })
    it('that changes nothing is a success and writes nothing', async () => {
      const version = async () => (await test.store.read(tx => tx.objects.get('Folder', [id])))[0]?.version
      for (const patch of [{}, { name: 'a' }, { id }, { kind: 'plain', 'notes/0/text': 'x' }])
        assert.equal(await test.update('Folder', id, patch), null)
      assert.equal(await version(), 1)
      await test.update('Folder', id, { name: 'b' })
      assert.equal(await version(), 2)
    })
    it('of nobody is not found, whatever the id looks like', async () => {
      for (const other of ['0000000000000', 'x9', '', '__proto__', 'singleton']) {
        const reply = await call(JSON.parse(`{"update":{${JSON.stringify(other)}:{}}}`) as JsonObject)
        assert.deepEqual(Object.entries(part(reply, 'notUpdated')).map(([key, error]) => [key, at(error, 'type')]), [[other, 'notFound']])
      }
    })
    it('must be an object', async () => {
      for (const patch of [null, 5, 'x', []]) assert.equal((await test.refusedUpdate('Folder', id, patch))['type'], 'invalidPatch')
    })
    it('of what is immutable or unknown is an invalid patch that names it', async () => {
      assert.deepEqual(await test.refusedUpdate('Folder', id, { kind: 'other' }), {
        type: 'invalidPatch',
        description: 'kind cannot be changed after creation.',
        properties: ['kind'],
      })
      assert.deepEqual((await test.refusedUpdate('Folder', id, { 'notes/0/nothing': 1 }))['properties'], ['notes/0/nothing'])
      assert.deepEqual((await test.refusedUpdate('Folder', id, { id: 'other' }))['properties'], ['id'])
    })
    it('leaves the object alone when any part of it is refused', async () => {
      await test.refusedUpdate('Folder', id, { name: 'b', 'notes/0/text': 5 })
      assert.equal((await test.get('Folder', id))['name'], 'a')
    })
    it('to a unique value that is taken is refused', async () => {
      const other = await test.create('Folder', { name: 'b' })
      assert.equal((await test.refusedUpdate('Folder', id, { name: 'b' }))['existingId'], other)
    })
    it('of an object that the same call destroys is refused', async () => {
      const reply = await call({ update: { [id]: { name: 'b' } }, destroy: [id] })
      assert.equal(at(reply, 'notUpdated', id, 'type'), 'willDestroy')
      assert.deepEqual(reply['destroyed'], [id])
    })
    it('is worked out again when somebody else was faster', async () => {
      faults.set('b', new RotaError('store/conflict', 'somebody else'))
      assert.equal(await test.update('Folder', id, { name: 'b' }), null)
      assert.equal((await test.get('Folder', id))['name'], 'b')
    })
    it('of a link that was there before is not judged again', async () => {
      const gone = await test.create('Folder', { name: 'gone' })
      await test.store.transact(async tx => {
        await tx.objects.insert(
          'Folder',
          '0000000000009',
          { name: 'imported', kind: 'plain', parent: 'not-here', related: {}, notes: {} },
          [],
          [],
        )
      })
      assert.equal(await test.update('Folder', '0000000000009', { name: 'renamed' }), null)
      assert.equal((await test.refusedUpdate('Folder', '0000000000009', { parent: 'nor-here' }))['type'], 'invalidForeignKey')
      assert.equal(await test.update('Folder', '0000000000009', { parent: gone }), null)
    })
  })

  describe('a removal', () => {
    it('is answered with the ids as they were sent, each once', async () => {
      const [a, b] = [await test.create('Folder', { name: 'a' }), await test.create('Folder', { name: 'b' })]
      const reply = await call({ destroy: [b, a, b, 'x9', '#n0'] })
      assert.deepEqual(reply['destroyed'], [b, a])
      assert.deepEqual(
        Object.entries(part(reply, 'notDestroyed')).map(([id, error]) => [id, at(error, 'type')]),
        [
          ['x9', 'notFound'],
          ['#n0', 'notFound'],
        ],
      )
      assert.deepEqual(await folders(), [])
    })
    it('of an object in use says by whom', async () => {
      const a = await test.create('Folder', { name: 'a' })
      const b = await test.create('Folder', { name: 'b', parent: a })
      assert.deepEqual((await call({ destroy: [a] }))['notDestroyed'], {
        [a]: {
          type: 'objectIsLinked', description: `Still in use by Folder ${b}; take it out there first.`,
          objectId: { object: 'Folder', id: a }, linkedObjects: [{ object: 'Folder', id: b }],
        },
      })
      assert.deepEqual((await call({ destroy: [b, a] }))['destroyed'], [b, a])
    })
    it('of an object that only names itself is possible', async () => {
      const a = await test.create('Folder', { name: 'a' })
      await test.update('Folder', a, { parent: a })
      assert.deepEqual((await call({ destroy: [a] }))['destroyed'], [a])
    })
  })

  describe('a call', () => {
    it('without work is answered with nothing', async () => {
      for (const args of [{}, { create: {}, update: {}, destroy: [] }, { create: null, update: null, destroy: null }])
        assert.deepEqual(await call(args), { accountId: '0000000000001' })
    })
    it('with arguments of the wrong type is refused by name', async () => {
      for (const args of [{ create: [] }, { update: 'x' }, { destroy: {} }, { destroy: [5] }, { create: true }, { ifInState: 'x' }]) {
        await assert.rejects(call(args), error => error instanceof MethodError && error.type === 'invalidArguments')
      }
    })
    it('with too much work is refused as a whole', async () => {
      const create = Object.fromEntries(Array.from({ length: OBJECTS_IN_SET_MAX }, (_, index) => [`n${index}`, { name: `f${index}` }]))
      await assert.rejects(call({ create, destroy: ['x'] }), error => error instanceof MethodError && error.type === 'requestTooLarge')
      assert.deepEqual(await folders(), [])
    })
    it('needs the permission of every kind of work in it, before any is done', async () => {
      const context = test.context(test.principal(['sysFolderCreate', 'sysFolderUpdate']))
      await assert.rejects(call({ create: { a: { name: 'a' } }, destroy: ['x'] }, context), {
        type: 'forbidden',
        message: /sysFolderDestroy/,
      })
      assert.deepEqual(await folders(), [])
      assert.ok(at(await call({ create: { a: { name: 'a' } } }, context), 'created', 'a'))
    })
    it('whose item throws a SetFailure anywhere rolls only that item back', async () => {
      faults.set('b', refusal('forbidden', 'not today'))
      const reply = await call({ create: { a: { name: 'a' }, b: { name: 'b' }, c: { name: 'c' } } })
      assert.deepEqual(
        [Object.keys(part(reply, 'created')), part(reply, 'notCreated', 'b')],
        [['a', 'c'], { type: 'forbidden', description: 'not today' }],
      )
    })
    it('passes a failure of the store on while nothing was done, and says so when something was', async () => {
      faults.set('a', new RotaError('store/unavailable', 'The store is away.'))
      await assert.rejects(call({ create: { a: { name: 'a' } } }), { code: 'store/unavailable' })
      faults.set('c', new RotaError('store/unavailable', 'The store is away.'))
      await assert.rejects(
        call({ create: { b: { name: 'b' }, c: { name: 'c' } } }),
        error => error instanceof MethodError && error.type === 'serverPartialFail',
      )
      assert.equal((await folders()).length, 1)
      // A fault of ours no less: serverFail would say that nothing was done.
      const fault = new TypeError('secret detail')
      faults.set('e', fault)
      await assert.rejects(call({ create: { d: { name: 'd' }, e: { name: 'e' } } }), error =>
        error instanceof MethodError && error.type === 'serverPartialFail' && error.cause === fault && !error.message.includes('secret'))
      faults.set('f', fault)
      await assert.rejects(call({ create: { f: { name: 'f' } } }), fault)
      assert.equal((await folders()).length, 2)
    })
    it('is told when others never stop changing the object', async () => {
      const id = await test.create('Folder', { name: 'a' })
      const meanwhile = test.store.transact.bind(test.store)
      let version = 0
      test.store.transact = async work => {
        await meanwhile(async tx => {
          const [stored] = await tx.objects.get('Folder', [id])
          await tx.objects.update('Folder', id, stored?.version ?? 0, { ...stored?.body, name: `v${version++}` }, [], [])
        })
        return meanwhile(work)
      }
      assert.equal((await test.refusedUpdate('Folder', id, { name: 'mine' }))['type'], 'rateLimit')
    })
  })

  describe('a singleton', () => {
    it('is written on its first update and changed from then on', async () => {
      await test.update('TaskManager', 'singleton', { maxAttempts: 5 })
      await test.update('TaskManager', 'singleton', { strategy: { '@type': 'FixedDelay', delay: '5m' } })
      assert.deepEqual(await test.get('TaskManager', 'singleton'), {
        id: 'singleton',
        maxAttempts: 5,
        strategy: { '@type': 'FixedDelay', delay: 300_000 },
        totalDeadline: 21_600_000,
      })
    })
    it('has one id, and is neither created nor destroyed', async () => {
      const reply = await test.call('TaskManager/set', { create: { a: {} }, update: { other: {} }, destroy: ['singleton'] })
      assert.equal(at(reply, 'notCreated', 'a', 'type'), 'singleton')
      assert.equal(at(reply, 'notUpdated', 'other', 'type'), 'notFound')
      assert.equal(at(reply, 'notDestroyed', 'singleton', 'type'), 'singleton')
    })
  })
})
