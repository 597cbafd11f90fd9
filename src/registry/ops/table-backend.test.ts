/** What objects of the ObjectTable can do beyond values of their fields: words, sets, references to views, rules that count. */
import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { at, openRegistry, part } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { objectId, oneOf, enumType, nullable, set, string } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import type { RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { wordEntries } from '../values/words.ts'

const COLOUR = enumType('Colour', [{ name: 'Red', label: 'Red' }, { name: 'Blue', label: 'Blue' }])
const SHELF_MAX = 2

/** What others do to a book between the look at it and its removal. */
let meanwhile: (tx: RegistryTx, id: Id) => Promise<void>

const book = object<RegistryTx>({
  name: 'Book',
  label: 'Book',
  doc: 'A book.',
  shape: {
    kind: 'single',
    name: 'Book',
    fields: {
      title: string('Title.', { index: 'unique' }),
      colour: oneOf(COLOUR, 'Colour.', { index: 'filter' }),
      sequelOf: nullable(objectId('Book/Red', 'The one before.')),
      tags: set({ type: 'string', format: 'string' }, 'Tags.', { index: 'filter' }),
      note: nullable(string('Note.')),
    },
  },
  filters: {
    text: { type: { type: 'string', format: 'string' }, label: 'Text', words: true },
    tags: { type: { type: 'string', format: 'string' }, label: 'Tag' },
    colour: { type: { type: 'enum', enum: COLOUR }, label: 'Colour' },
  },
  views: [{ name: 'Red', title: 'Red books', subtitle: '', columns: ['title'], filters: { colour: 'Red' } }],
  hooks: {
    entries: body => wordEntries([body['title'], body['note']]),
    guard: (tx, { id }) => meanwhile(tx, id),
    async settle(tx, id, next, before) {
      await tx.keys.put(`book/${id}`, { next, before }, null)
      if (await tx.objects.count('Book', [{ field: 'tags', value: 'shelved' }]) > SHELF_MAX) {
        throw refusal('overQuota', 'The shelf is full.', ['tags'])
      }
    },
  },
})

describe('objects of the table', () => {
  let test: TestRegistry
  beforeEach(async () => {
    meanwhile = () => Promise.resolve()
    test = await openRegistry(book)
  })
  const create = (title: string, more: JsonObject = {}): Promise<Id> => test.create('Book', { title, colour: 'Red', ...more })
  const noted = (id: Id) => test.store.read(tx => tx.keys.get(`book/${id}`))

  describe('are found by words', () => {
    const find = (text: string, more: JsonObject = {}) => test.query('Book', { filter: { text }, ...more })

    it('of any of their texts, by beginnings, all of which must be there', async () => {
      const [war, sea] = [await create('War and Peace', { note: 'Tolstoï' }), await create('The Sea, the Sea', { note: 'peaceful' })]
      assert.deepEqual(await find('peace'), [sea, war])
      assert.deepEqual(await find('PEACE tols'), [war])
      assert.deepEqual(await find('tolstoi'), [war])
      for (const nothing of ['eace', 'peace moscow', '%', '-', '__proto__']) assert.deepEqual(await find(nothing), [], nothing)
      await test.update('Book', war, { note: null })
      assert.deepEqual(await find('tolstoi'), [])
    })
    it('page by page', async () => {
      const made: Id[] = []
      for (let nth = 0; nth < 5; nth++) made.push(await create(`Volume ${nth}`))
      await create('Another')
      const first = await find('vol', { limit: 2 })
      const anchored = { anchor: first[1] ?? '', anchorOffset: 1 }
      assert.deepEqual([...first, ...await find('vol', anchored)], made.toReversed())
    })
    it('of which there are not too many', async () => {
      await assert.rejects(find('a b c d e f g h i'), { type: 'unsupportedFilter' })
      await assert.rejects(test.query('Book', { filter: { text: 7 } }), { type: 'unsupportedFilter' })
    })
  })

  it('are found by each member of an indexed set', async () => {
    const [both, one] = [await create('a', { tags: ['x', 'y'] }), await create('b', { tags: ['y'] })]
    assert.deepEqual(await test.query('Book', { filter: { tags: 'y' } }), [one, both])
    assert.deepEqual(await test.query('Book', { filter: { tags: 'x' }, anchor: both, anchorOffset: 0 }), [both])
    await test.update('Book', both, { 'tags/x': null })
    assert.deepEqual(await test.query('Book', { filter: { tags: 'x' } }), [])
  })

  it('refer to what a view shows, and keep it', async () => {
    const [red, blue] = [await create('red'), await create('blue', { colour: 'Blue' })]
    const refused = await test.refused('Book', { title: 'x', colour: 'Red', sequelOf: blue })
    assert.deepEqual([refused['type'], refused['properties'], refused['objectId']],
      ['invalidForeignKey', ['sequelOf'], { object: 'Book', id: blue }])
    const sequel = await create('red again', { sequelOf: red })
    const kept = part(await test.call('Book/set', { destroy: [red] }), 'notDestroyed', red)
    assert.deepEqual([kept['type'], kept['linkedObjects']], ['objectIsLinked', [{ object: 'Book', id: sequel }]])
  })

  describe('settle', () => {
    it('what goes with a creation, a change, a removal', async () => {
      const id = await create('a')
      assert.deepEqual([at(await noted(id) ?? {}, 'next', 'title'), (await noted(id))?.['before']], ['a', null])
      await test.update('Book', id, { title: 'b' })
      assert.deepEqual([at(await noted(id) ?? {}, 'next', 'title'), at(await noted(id) ?? {}, 'before', 'title')], ['b', 'a'])
      await test.call('Book/set', { destroy: [id] })
      assert.deepEqual([(await noted(id))?.['next'], at(await noted(id) ?? {}, 'before', 'title')], [null, 'b'])
    })
    it('only what is written', async () => {
      const id = await create('a')
      const other = await create('b')
      await test.refusedUpdate('Book', other, { title: 'a' })
      assert.equal(at(await noted(other) ?? {}, 'next', 'title'), 'b')
      assert.equal((await test.refused('Book', { title: 'a', colour: 'Red' }))['existingId'], id)
      assert.equal((await test.store.read(tx => tx.keys.list('book/', 10))).length, 2)
    })
    it('takes all back when it refuses', async () => {
      for (const title of ['a', 'b']) await create(title, { tags: ['shelved'] })
      const third = await create('c')
      assert.equal((await test.refused('Book', { title: 'd', colour: 'Red', tags: ['shelved'] }))['type'], 'overQuota')
      assert.equal((await test.refusedUpdate('Book', third, { tags: ['shelved'] }))['type'], 'overQuota')
      assert.deepEqual((await test.get('Book', third))['tags'], {})
      assert.equal((await test.query('Book')).length, 3)
      assert.deepEqual(at(await noted(third) ?? {}, 'next', 'tags'), {})
    })
    it('knows a removed object as it was at the very end', async () => {
      const id = await create('War and Peace')
      const there: unknown[] = []
      meanwhile = async ({ objects }) => {
        const [found] = await objects.get('Book', [id])
        const body = { ...found?.body, note: 'lent' }
        // As the commit of somebody else looks to a transaction that has read the book before.
        if (there.length === 0 && found) await objects.update('Book', id, found.version, body, [], [])
        there.push(there.length === 0 ? body : found?.body)
      }
      await test.call('Book/set', { destroy: [id] })
      assert.deepEqual(await test.query('Book'), [])
      assert.deepEqual(at(await noted(id) ?? {}, 'before'), there.at(-1))
      assert.equal(there.length, 2)
    })
  })
})
