import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { nullable, string, boolean, number, enumType, oneOf } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import type { MethodErrorType } from '../method.ts'
import { object } from '../schema/object.ts'
import { OBJECTS_IN_GET_MAX } from './environment.ts'

const KIND = enumType('ParcelKind', [{ name: 'letter', label: 'Letter' }, { name: 'box', label: 'Box' }])
const parcel = object({
  name: 'Parcel', label: 'Parcel', doc: 'For tests.',
  fields: {
    name: string('Name.', { index: 'unique' }),
    kind: oneOf(KIND, 'Kind.', { index: 'filter', default: 'letter' }),
    weight: number('Weight.', 'unsignedInteger', { index: 'filter', default: 0 }),
    sent: boolean('Sent.', { index: 'filter' }),
    note: nullable(string('Note.')),
  },
})

describe('/query', () => {
  let test: TestRegistry
  let ids: string[]
  const query = (args: JsonObject) => test.call('Parcel/query', args)
  const idsOf = async (args: JsonObject) => (await query(args))['ids']
  const refused = (args: JsonObject, type: MethodErrorType) =>
    assert.rejects(
      query(args),
      error => error instanceof MethodError && error.type === type && error.message.length > 10,
      JSON.stringify(args),
    )

  beforeEach(async () => {
    test = await openRegistry(parcel)
    ids = []
    for (let index = 0; index < 10; index++) {
      ids.push(await test.create('Parcel', { name: `p${index}`, kind: index % 2 === 0 ? 'letter' : 'box', weight: index, sent: index < 3 }))
    }
    ids.reverse()
  })

  describe('filters', () => {
    it('absent, null and empty match everything', async () => {
      for (const args of [{}, { filter: null }, { filter: {} }, { filter: { operator: 'AND', conditions: [] } }])
        assert.deepEqual(await idsOf(args), ids)
    })
    it('match equal values, all of them together', async () => {
      assert.deepEqual(await idsOf({ filter: { name: 'p7' } }), [ids[2]])
      assert.deepEqual(await idsOf({ filter: { kind: 'letter', sent: true } }), [ids[7], ids[9]])
      assert.deepEqual(
        await idsOf({ filter: { operator: 'AND', conditions: [{ kind: 'letter' }, { operator: 'AND', conditions: [{ sent: true }] }] } }),
        [ids[7], ids[9]],
      )
      assert.deepEqual(await idsOf({ filter: { name: 'nobody' } }), [])
    })
    it('take numbers and truth as text', async () => {
      assert.deepEqual(await idsOf({ filter: { weight: '5' } }), [ids[4]])
      assert.deepEqual(await idsOf({ filter: { weight: 5, sent: 'false' } }), [ids[4]])
    })
    it('that are unknown, of the wrong type or not offered are refused', async () => {
      for (const filter of [
        { note: 'x' },
        { nothing: 1 },
        { id: 'x' },
        { constructor: 1 },
        { name: 5 },
        { name: null },
        { name: ['a'] },
        { kind: 'crate' },
        { weight: 'much' },
        { weightIsGreaterThan: 5 },
        { IsLessThan: 5 },
        { operator: 'OR', conditions: [{ name: 'a' }] },
        { operator: 'NOT', conditions: [] },
        { operator: 'AND' },
        { operator: 'AND', conditions: ['x'] },
        { operator: 'AND', conditions: {} },
      ])
        await refused({ filter }, 'unsupportedFilter')
    })
    it('are few and flat', async () => {
      let deep: JsonObject = { name: 'a' }
      for (let level = 0; level < 20; level++) deep = { operator: 'AND', conditions: [deep] }
      await refused({ filter: deep }, 'unsupportedFilter')
      await refused({ filter: { operator: 'AND', conditions: Array.from({ length: 40 }, () => ({ name: 'a' })) } }, 'unsupportedFilter')
    })
    it('must be an object', async () => { await refused({ filter: 'x' }, 'invalidArguments') })
  })

  describe('sort', () => {
    it('is by age, newest first, unless said otherwise', async () => {
      assert.deepEqual(await idsOf({ sort: [] }), ids)
      assert.deepEqual(await idsOf({ sort: [{ property: 'id' }] }), ids.toReversed())
      assert.deepEqual(await idsOf({ sort: [{ property: 'id', isAscending: false }, { property: 'nothing' }] }), ids)
    })
    it('by something else is refused', async () => {
      for (const sort of [[{ property: 'name' }], [{}], ['id'], [null], [{ property: 'id', isAscending: 'yes' }]])
        await refused({ sort }, 'unsupportedSort')
      await refused({ sort: 'id' }, 'invalidArguments')
    })
  })

  describe('pages', () => {
    it('by position', async () => {
      assert.deepEqual(await query({ position: 8, limit: 5 }).then(({ ids: page, position }) => [page, position]), [ids.slice(8), 8])
      assert.deepEqual(await query({ position: -3 }).then(({ ids: page, position }) => [page, position]), [ids.slice(7), 7])
      assert.deepEqual(await query({ position: -30, limit: 1 }).then(({ ids: page, position }) => [page, position]), [ids.slice(0, 1), 0])
      assert.deepEqual(await idsOf({ position: 100 }), [])
      assert.deepEqual(await idsOf({ position: -6, limit: 2 }), ids.slice(4, 6))
      assert.deepEqual(await idsOf({ position: -12, limit: 3 }), ids.slice(0, 3))
    })
    it('by anchor, as the command line and the console read a list', async () => {
      const pages: unknown[] = [await idsOf({ limit: 4, calculateTotal: true })]
      for (let last = ids[3]; pages.length < 3; last = (pages.at(-1) as string[]).at(-1))
        pages.push(await idsOf({ limit: 4, anchor: last ?? '', anchorOffset: 1 }))
      assert.deepEqual(pages, [ids.slice(0, 4), ids.slice(4, 8), ids.slice(8)])
    })
    it('from the anchor, before it and far after it', async () => {
      const anchor = ids[5] ?? ''
      const cases: readonly [number, number, readonly string[]][] = [
        [0, 2, ids.slice(5, 7)],
        [-2, 4, ids.slice(3, 7)],
        [-9, 3, ids.slice(0, 3)],
        [-1, 1, ids.slice(4, 5)],
        [3, 9, ids.slice(8)],
        [50, 9, []],
      ]
      for (const [anchorOffset, limit, expected] of cases)
        assert.deepEqual(await idsOf({ anchor, anchorOffset, limit }), expected, `offset ${anchorOffset}`)
    })
    it('by an anchor without offset begin with it, and position does not matter then', async () => {
      assert.deepEqual(await idsOf({ anchor: ids[5] ?? '', position: 9, limit: 2 }), ids.slice(5, 7))
    })
    it('keep to the filter and the order', async () => {
      const filter = { kind: 'letter' }
      const letters = ids.filter((_, index) => index % 2 === 1)
      assert.deepEqual(await idsOf({ filter, anchor: letters[1] ?? '', anchorOffset: 1 }), letters.slice(2))
      assert.deepEqual(await idsOf({ filter, sort: [{ property: 'id' }], anchor: letters[1] ?? '', anchorOffset: 1 }), letters.slice(0, 1))
    })
    it('begin again when the anchor has left the list', async () => {
      await test.call('Parcel/set', { destroy: [ids[5] ?? ''] })
      const rest = ids.filter((_, index) => index !== 5)
      for (const anchor of [ids[5] ?? '', 'nonsense', '0000000000000']) assert.deepEqual(await idsOf({ anchor, anchorOffset: 1 }), rest)
      assert.deepEqual(
        await idsOf({ filter: { kind: 'box' }, anchor: ids[1] ?? '', anchorOffset: 1, limit: 1 }),
        [ids[0]],
        'an anchor that is a letter',
      )
    })
    it('of no size are empty', async () => {
      assert.deepEqual(await query({ limit: 0, calculateTotal: true }).then(({ ids: page, total, limit }) => [page, total, limit]), [
        [],
        10,
        undefined,
      ])
      assert.deepEqual(await idsOf({ limit: 0, anchor: ids[0] ?? '' }), [])
    })
    it('refuse numbers that are none', async () => {
      for (const args of [
        { limit: -1 },
        { limit: 1.5 },
        { limit: '5' },
        { position: 'x' },
        { position: 2 ** 60 },
        { anchorOffset: 0.5 },
        { anchor: 5 },
        { calculateTotal: 1 },
        { anchor: 'x', anchorOffset: -1e9 },
      ]) {
        await refused(args, 'invalidArguments')
      }
    })
  })

  describe('the reply', () => {
    it('has a total exactly when it is asked for', async () => {
      assert.equal((await query({ calculateTotal: true, filter: { kind: 'box' }, limit: 1 }))['total'], 5)
      for (const args of [{}, { calculateTotal: false }, { calculateTotal: null }]) assert.equal('total' in await query(args), false)
    })
    it('names its limit exactly when the server cut the list', async () => {
      for (let index = 10; index < OBJECTS_IN_GET_MAX; index++) await test.create('Parcel', { name: `p${index}` })
      const full = await query({})
      assert.deepEqual([(full['ids'] as unknown as string[]).length, full['limit']], [OBJECTS_IN_GET_MAX, undefined])
      await test.create('Parcel', { name: 'one more' })
      for (const args of [{}, { limit: 9_999 }]) {
        const cut = await query(args)
        assert.deepEqual([(cut['ids'] as unknown as string[]).length, cut['limit']], [OBJECTS_IN_GET_MAX, OBJECTS_IN_GET_MAX])
      }
      assert.equal((await query({ limit: OBJECTS_IN_GET_MAX }))['limit'], undefined)
      const rest = await query({ anchor: (await query({}) as { ids: string[] }).ids.at(-1) ?? '', anchorOffset: 1 })
      assert.deepEqual([(rest['ids'] as unknown as string[]).length, rest['limit']], [1, undefined])
    })
    it('promises no changes', async () => {
      const { canCalculateChanges, queryState, accountId } = await query({})
      assert.deepEqual([canCalculateChanges, typeof queryState, accountId], [false, 'string', '0000000000001'])
    })
  })

  it('needs its permission', async () => {
    await assert.rejects(test.call('Parcel/query', {}, test.context(test.principal(['sysParcelGet']))), {
      type: 'forbidden',
      message: /sysParcelQuery/,
    })
  })
  it('is not there for singletons', () => { assert.equal(test.registry.methods().has('x:TaskManager/query'), false) })
})
