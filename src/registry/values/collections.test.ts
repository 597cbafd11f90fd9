/** What is refused for its size is not walked through: the entries that are looked at are counted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { map, objectId, objectList, set, shape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { SetFailure } from '../set-error.ts'
import { isTooLong, ITEMS_MAX } from './collections.ts'
import { withNamedVariants } from './names.ts'
import { judgeUndeclared } from './neutral.ts'
import { normalizeObject } from './normalize.ts'
import { Problems } from './problems.ts'
import { references, sentReferences } from './references.ts'

const THING = objectId('Thing', 'One.').type
const ITEM = shape('Item', { thing: objectId('Thing', 'One.') })
const LISTS = shape('Lists', {
  things: set({ type: 'objectId', objectName: 'Thing' }, 'Things.'),
  few: set({ type: 'string', format: 'string' }, 'Few.', { maxItems: 2 }),
  items: objectList(ITEM, 'Items.'),
  sizes: map<number>({ type: 'string', format: 'string' }, { type: 'number', format: 'size' }, 'Sizes.'),
}, { off: [{ a: true, b: true }] })
const MANY = 20 * ITEMS_MAX
const keys = Array.from({ length: MANY }, (_, index) => `#k${index}`)

/** The value, and how many of its entries have been read. */
function counted<Value extends object>(value: Value): { readonly value: Value; reads(): number } {
  let reads = 0
  const get = (of: object, key: string | symbol, receiver: unknown): unknown => {
    if (Object.prototype.propertyIsEnumerable.call(of, key)) reads++
    return Reflect.get(of, key, receiver)
  }
  return { value: new Proxy<Value>(value, { get }), reads: () => reads }
}

const tooLong: Readonly<Record<string, () => object>> = {
  'things as a set': () => Object.fromEntries(keys.map(key => [key, true])),
  'things as an array': () => keys,
  'few as a set': () => Object.fromEntries(keys.map(key => [key, true])),
  'items as a list': () => Object.fromEntries(keys.map((_key, index) => [index, { thing: 'x' }])),
  'items as an array': () => keys.map(() => ({ thing: 'x' })),
  'sizes as a map': () => Object.fromEntries(keys.map(key => [key, 1])),
}
for (const [label, make] of Object.entries(tooLong)) {
  test(`${label} of ${MANY} entries: at most the first ${ITEMS_MAX + 1} are looked at, by each who walks through it`, () => {
    const [name = ''] = label.split(' ')
    const walks: ((raw: JsonObject) => unknown)[] = [
      raw => withNamedVariants(LISTS, raw),
      raw => assert.deepEqual([...sentReferences(LISTS, raw)], []),
      raw => {
        const problems = new Problems()
        normalizeObject(LISTS, raw, null, { problems, resolve: () => undefined })
        assert.throws(() => { problems.refuse() }, ({ error }: SetFailure) => {
          assert.deepEqual([error.type, error.properties], ['validationFailed', [name]])
          return /has more than (2|1000) entries/.test(error.description ?? '')
        })
      },
    ]
    for (const walk of walks) {
      const { value, reads } = counted(make())
      walk({ [name]: value as Json })
      assert.ok(reads() <= ITEMS_MAX + 1, `${reads()} entries were read`)
    }
  })
}

test('what is left out does not count: false and null in a set, null in a list or map', () => {
  const { things, few, items, sizes } = LISTS.fields
  const with2 = (out: Json) => ({ ...Object.fromEntries(keys.map(key => [key, out])), a: true, b: true })
  assert.equal(isTooLong(few.type, with2(false)), false)
  assert.equal(isTooLong(few.type, with2(null)), false)
  assert.equal(isTooLong(few.type, { ...with2(null), c: true }), true)
  assert.equal(isTooLong(items.type, with2(null)), false)
  assert.equal(isTooLong(sizes.type, with2(false)), true)
  // No collection, or no form of this one: refused for that.
  for (const [type, value] of [[THING, keys], [things.type, 'x'.repeat(MANY)], [things.type, null], [sizes.type, keys]] as const) {
    assert.equal(isTooLong(type, value), false)
  }
})

test('links of an object that was stored when more was allowed are all found', () => {
  const stored = { things: Object.fromEntries(keys.map(key => [key, true])) }
  assert.equal([...references(LISTS, stored)].length, MANY)
})

test('a set that this version does not have is compared member by member only when it has as many', () => {
  for (const [sent, taken] of [[['b', 'a'], true], [{ a: true, b: true, c: null }, true], [['a', 'c'], false]] as const) {
    const problems = new Problems()
    judgeUndeclared({ shape: LISTS, of: {}, name: 'off', rest: [], value: sent, path: ['off'] }, problems)
    assert.equal(problems.found, !taken)
  }
  const { value, reads } = counted(keys)
  const problems = new Problems()
  judgeUndeclared({ shape: LISTS, of: {}, name: 'off', rest: [], value, path: ['off'] }, problems)
  assert.deepEqual([problems.found, reads()], [true, 0])
})

test('of thousands of properties that are none as many are judged as are told', () => {
  const { value, reads } = counted(Object.fromEntries(keys.map(key => [key, 1])))
  const problems = new Problems()
  assert.ok(isJsonObject(value))
  normalizeObject(LISTS, value, null, { problems, resolve: () => undefined })
  assert.ok(problems.full)
  assert.ok(reads() < 100, `${reads()} were read`)
})
