import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { embedded, map, nullable, number, objectList, set, shape, string, variants } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { SetFailure } from '../set-error.ts'
import { applyPatch, PATCH_KEYS_MAX } from './patch.ts'
import { Problems } from './problems.ts'

const STRATEGY = variants('Strategy', [
  { name: 'Fixed', label: 'Fixed', shape: shape('Fixed', { delay: number('Delay.', 'duration') }) },
  { name: 'None', label: 'None' },
])
const ITEM = shape('Item', { text: string('Text.') })
const THING = shape('Thing', {
  name: string('Name.'),
  bind: set({ type: 'string', format: 'string' }, 'Bind.'),
  strategy: embedded(STRATEGY, 'Strategy.'),
  items: objectList(ITEM, 'Items.'),
  sizes: map<number>({ type: 'string', format: 'string' }, { type: 'number', format: 'size' }, 'Sizes.'),
  members: set({ type: 'objectId', objectName: 'Thing' }, 'Members.'),
  named: map<JsonObject>({ type: 'string', format: 'string' }, { type: 'object', shape: ITEM }, 'Named.'),
  maybe: nullable(embedded(ITEM, 'Maybe.')),
})
const STORED: JsonObject = {
  name: 'a',
  bind: { '0.0.0.0:25': true, '10.0.0.0/8': true },
  strategy: { '@type': 'Fixed', delay: 1 },
  items: { 0: { text: 'x' }, 2: { text: 'z' } },
  sizes: { 'key/x': 1 },
  members: { m1: true },
  named: { n: { text: 'n' } },
  maybe: null,
}
const CREATED: Readonly<Record<string, string>> = { first: 'm1', second: 'm2' }

/** What the patch changed, or the paths that were refused. */
function patched(patch: JsonObject): unknown {
  const problems = new Problems()
  const next = applyPatch(THING, STORED, patch, { problems, resolve: creationId => CREATED[creationId] })
  try {
    problems.refuse()
  } catch (error) {
    assert(error instanceof SetFailure)
    assert.equal(error.error.type, 'invalidPatch')
    return error.error.properties
  }
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== STORED[key]))
}

describe('a patch', () => {
  const cases: readonly [string, JsonObject, unknown][] = [
    ['that is empty changes nothing', {}, {}],
    ['replaces a value', { name: 'b' }, { name: 'b' }],
    ['replaces a whole set', { bind: { c: true } }, { bind: { c: true } }],
    ['adds a member', { 'bind/[::]:25': true }, { bind: { ...STORED['bind'] as JsonObject, '[::]:25': true } }],
    ['removes a member by null', { 'bind/0.0.0.0:25': null }, { bind: { '10.0.0.0/8': true } }],
    ['removes a member by false', { 'bind/0.0.0.0:25': false }, { bind: { '10.0.0.0/8': true } }],
    ['unescapes slashes', { 'bind/10.0.0.0~18': null }, { bind: { '0.0.0.0:25': true } }],
    ['moves a member', { 'bind/0.0.0.0:25': null, 'bind/a': true }, { bind: { '10.0.0.0/8': true, a: true } }],
    ['reaches into an embedded object', { 'strategy/delay': 5 }, { strategy: { '@type': 'Fixed', delay: 5 } }],
    ['replaces an embedded object', { strategy: { '@type': 'None' } }, { strategy: { '@type': 'None' } }],
    ['changes a variant by pointer, from its defaults', { 'strategy/@type': 'None' }, { strategy: { '@type': 'None' } }],
    ['names the same variant', { 'strategy/@type': 'Fixed', 'strategy/delay': 2 }, { strategy: { '@type': 'Fixed', delay: 2 } }],
    ['adds to a list', { 'items/3': { text: 'w' } }, { items: { ...STORED['items'] as JsonObject, 3: { text: 'w' } } }],
    ['removes from a list', { 'items/0': null }, { items: { 2: { text: 'z' } } }],
    ['reaches into a list', { 'items/2/text': 'y' }, { items: { 0: { text: 'x' }, 2: { text: 'y' } } }],
    ['sets in a map', { 'sizes/key~1x': 5, 'sizes/new~0': 1 }, { sizes: { 'key/x': 5, 'new~': 1 } }],
    ['removes from a map', { 'sizes/key~1x': null }, { sizes: {} }],
    ['reaches into a map', { 'named/n/text': 'm' }, { named: { n: { text: 'm' } } }],
    ['sets an empty object as a whole', { maybe: { text: 'x' } }, { maybe: { text: 'x' } }],
    ['may begin with a slash', { '/strategy/delay': 5 }, { strategy: { '@type': 'Fixed', delay: 5 } }],
    ['adds a member by its creation id', { 'members/#second': true }, { members: { m1: true, m2: true } }],
    ['removes a member by its creation id', { 'members/#first': null }, { members: {} }],
    ['leaves an unknown creation id to be judged', { 'members/#third': true }, { members: { m1: true, '#third': true } }],
    ['takes # in other sets for what it is', { 'bind/#first': true }, { bind: { ...STORED['bind'] as JsonObject, '#first': true } }],
    ['passes null on', { name: null }, { name: null }],

    ['refuses unknown properties', { nothing: 1, 'strategy/nothing': 1, constructor: 1 }, ['nothing', 'strategy/nothing', 'constructor']],
    ['refuses pointers into values without parts', { 'name/x': 1, 'bind/a/b': true, 'sizes/a/b': 1 }, ['name/x', 'bind/a', 'sizes/a']],
    ['refuses pointers into what is not there', { 'items/5/text': 'x', 'maybe/text': 'x' }, ['items/5', 'maybe']],
    ['refuses wrong escapes', { 'bind/~2': true, 'bind/~': true }, ['bind/~2', 'bind/~']],
    ['refuses two keys for one place', { strategy: { '@type': 'None' }, 'strategy/delay': 1 }, ['strategy/delay']],
    ['refuses two keys for one place, a slash before one', { '/strategy': { '@type': 'None' }, 'strategy/delay': 1, name: 'b', '/name': 'c' }, ['/name', 'strategy/delay']],
    ['refuses members of another variant', { 'strategy/@type': 'None', 'strategy/delay': 1 }, ['strategy/delay']],
  ]
  for (const [name, patch, expected] of cases) it(name, () => { assert.deepEqual(patched(patch), expected) })

  it('refuses more keys than anybody needs', () => {
    const keys = Array.from({ length: PATCH_KEYS_MAX + 1 }, (_, index) => [`bind/${index}`, true])
    assert.equal((patched(Object.fromEntries(keys) as JsonObject) as string[]).length, 1)
  })
  it('leaves the stored object as it was', () => {
    const before = structuredClone(STORED)
    patched({ 'items/0/text': 'changed', 'bind/0.0.0.0:25': null })
    assert.deepEqual(STORED, before)
  })
  it('does at once what its keys do one after the other', () => {
    const key = fc.constantFrom('bind/a', 'bind/0.0.0.0:25', 'items/0/text', 'items/2', 'sizes/x', 'sizes/key~1x', 'named/n', 'named/m', 'strategy/delay', 'name')
    const put = fc.constantFrom<Json>(null, true, 'x', { text: 'y' })
    fc.assert(fc.property(fc.dictionary(key, put, { maxKeys: 6 }), patch => {
      const before = structuredClone(STORED)
      const step = (into: JsonObject, each: JsonObject): JsonObject => applyPatch(THING, into, each, { problems: new Problems(), resolve: () => undefined })
      const oneByOne = Object.entries(patch).reduce((into, [name, value]) => step(into, { [name]: value }), STORED)
      assert.deepEqual(step(STORED, patch), oneByOne)
      assert.deepEqual(STORED, before)
    }), { numRuns: 300 })
  })
  it('takes __proto__ for a key like any other', () => {
    const next = patched(JSON.parse('{"sizes/__proto__":1}') as JsonObject) as { sizes: JsonObject }
    assert.deepEqual(Object.keys(next.sizes), ['key/x', '__proto__'])
    assert.deepEqual(patched(JSON.parse('{"__proto__/x":1}') as JsonObject), ['__proto__'])
  })
})
