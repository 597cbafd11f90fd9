import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  boolean,
  embedded,
  enumType,
  map,
  nullable,
  number,
  objectId,
  objectList,
  oneOf,
  set,
  shape,
  string,
  utcDateTime,
  variants,
} from '../../base/fields.ts'
import type { Shape } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { SetFailure } from '../set-error.ts'
import { ITEMS_MAX } from './collections.ts'
import { normalizeObject } from './normalize.ts'
import { Problems } from './problems.ts'

const COLOR = enumType('Color', [
  { name: 'red', label: 'Red' },
  { name: 'blue', label: 'Blue' },
])
const ITEM = shape('Item', {
  text: string('Text.'),
  count: number('Count.', 'unsignedInteger', { default: 1 }),
  made: utcDateTime('Made.', { update: 'serverSet' }),
})
const CHOICE = variants('Choice', [
  { name: 'None', label: 'None' },
  {
    name: 'Some',
    label: 'Some',
    shape: shape('ChoiceSome', {
      ids: set({ type: 'objectId', objectName: 'Thing' }, 'Ids.'),
      secret: nullable(string('Secret.', { format: 'secret' })),
    }),
  },
])
const THING = shape('Thing', {
  name: string('Name.', { update: 'immutable' }),
  note: nullable(string('Note.')),
  limit: nullable(number('Limit.', 'unsignedInteger', { default: 7 })),
  color: oneOf(COLOR, 'Colour.', { default: 'red' }),
  on: boolean('On.'),
  colors: set({ type: 'enum', enum: COLOR }, 'Colours.', { maxItems: 2 }),
  items: objectList(ITEM, 'Items.'),
  sizes: map<number>({ type: 'string', format: 'string' }, { type: 'number', format: 'size' }, 'Sizes.'),
  choice: embedded(CHOICE, 'Choice.'),
  parent: nullable(objectId('Thing', 'Parent.')),
  made: utcDateTime('Made.', { update: 'serverSet' }),
})

const DEFAULTS = {
  note: null,
  limit: 7,
  color: 'red',
  on: false,
  colors: {},
  items: {},
  sizes: {},
  choice: { '@type': 'None' },
  parent: null,
}

function read(raw: JsonObject, before: JsonObject | null = null, of: Shape = THING): unknown {
  const problems = new Problems()
  const value = normalizeObject(of, raw, before, { problems, resolve: id => id === 'made' ? '000000000000a' : undefined })
  try {
    problems.refuse()
    return value
  } catch (error) {
    assert(error instanceof SetFailure)
    return error.error
  }
}
/** The problem alone: its type and where it is. */
function problem(raw: JsonObject, before: JsonObject | null = null): unknown[] {
  const { type, properties, validationErrors } = read(raw, before) as {
    type: string
    properties: string[]
    validationErrors?: { type: string }[]
  }
  return [type, ...properties, ...(validationErrors ?? []).map(error => error.type)]
}

describe('a new object', () => {
  it('gets the defaults of what is left out', () => { assert.deepEqual(read({ name: 'a' }), { name: 'a', ...DEFAULTS }) })
  it('needs what has no default', () => {
    assert.deepEqual(read({}), {
      type: 'validationFailed',
      description: 'name is required.',
      properties: ['name'],
      validationErrors: [{ type: 'Required', property: 'name' }],
    })
  })
  it('takes null for a default, and for nothing where nothing is a value', () => {
    assert.deepEqual(read({ name: 'a', color: null, on: null, colors: null, limit: null, choice: null }), {
      name: 'a',
      ...DEFAULTS,
      limit: null,
    })
  })
  it('takes an emptied text for null', () => { assert.deepEqual(read({ name: 'a', note: '' }), { name: 'a', ...DEFAULTS }) })
  it('refuses what is not declared, inherited names too', () => {
    for (const key of ['x', '__proto__', 'constructor', 'toString', '@type', 'id']) {
      assert.deepEqual(problem(JSON.parse(`{"name":"a","${key}":1}`) as JsonObject), ['invalidPatch', key])
    }
  })
  it('refuses what the server sets', () => {
    assert.deepEqual(problem({ name: 'a', made: '2026-01-01T00:00:00Z' }), ['invalidPatch', 'made'])
  })
  it('refuses wrong types by their path', () => {
    assert.deepEqual(problem({ name: 1, on: 'yes', colors: 5, items: { 0: 1 }, choice: 'Some' }), [
      'invalidPatch',
      'name',
      'on',
      'colors',
      'items/0',
      'choice',
    ])
  })
  it('names what is wrong inside', () => {
    assert.deepEqual(problem({ name: 'a', color: 'green', items: [{ text: 'x', count: -1 }] }), [
      'validationFailed',
      'color',
      'items/0/count',
      'Invalid',
      'MinValue',
    ])
  })
  it('says only so much', () => {
    const items = Array.from({ length: 100 }, () => ({ text: 1 }))
    assert.equal(problem({ name: 'a', items }).length, 1 + 20)
  })
})

describe('collections', () => {
  it('are sets as objects or arrays', () => {
    for (const colors of [{ red: true, blue: false }, ['red'], ['red', 'red'], { red: true, blue: null }]) {
      assert.deepEqual((read({ name: 'a', colors }) as JsonObject)['colors'], { red: true })
    }
  })
  it('refuse members with other values', () => {
    assert.deepEqual(problem({ name: 'a', colors: { red: 1 } }), ['invalidPatch', 'colors/red'])
  })
  it('have limits', () => {
    assert.deepEqual(problem({ name: 'a', colors: ['red', 'blue', 'red'] }), ['validationFailed', 'colors', 'MaxLength'])
    assert.deepEqual(problem({ name: 'a', items: Array.from({ length: ITEMS_MAX + 1 }, () => ({ text: 'x' })) }), [
      'validationFailed',
      'items',
      'MaxLength',
    ])
  })
  it('are lists by position, gaps allowed, in the order of the numbers', () => {
    const { items } = read({ name: 'a', items: { 10: { text: 'b' }, 2: { text: 'a' }, 3: null } }) as { items: JsonObject }
    assert.deepEqual(Object.entries(items), [['2', { text: 'a', count: 1 }], ['10', { text: 'b', count: 1 }]])
  })
  it('refuse positions that are none', () => {
    for (const key of ['-1', '01', 'a', '1.5', '10000000', '__proto__']) {
      assert.deepEqual(problem(JSON.parse(`{"name":"a","items":{"${key}":{"text":"x"}}}`) as JsonObject), ['invalidPatch', `items/${key}`])
    }
  })
  it('keep any key of a map as an own property', () => {
    const { sizes } = read(JSON.parse('{"name":"a","sizes":{"__proto__":1,"a/b":2,"gone":null}}') as JsonObject) as { sizes: JsonObject }
    assert.deepEqual(Object.entries(sizes), [['__proto__', 1], ['a/b', 2]])
  })
  it('name keys with slashes as pointers do', () => {
    assert.deepEqual(problem({ name: 'a', sizes: { 'a/b~': -1 } }), ['validationFailed', 'sizes/a~1b~0', 'MinValue'])
  })
})

describe('embedded variants', () => {
  it('need their @type', () => {
    for (const choice of [{}, { '@type': 'Other' }, { '@type': 5 }, { '@type': 'toString' }])
      assert.deepEqual(problem({ name: 'a', choice }), ['invalidPatch', 'choice/@type'])
  })
  it('refuse members of another variant', () => {
    assert.deepEqual(problem({ name: 'a', choice: { '@type': 'None', ids: {} } }), ['invalidPatch', 'choice/ids'])
  })
  it('start from defaults when the variant changes', () => {
    const before = { name: 'a', ...DEFAULTS, choice: { '@type': 'Some', ids: { x: true }, secret: null } }
    const changed = read({ ...before, choice: { '@type': 'None' } }, before) as JsonObject
    assert.deepEqual(changed['choice'], { '@type': 'None' })
    assert.deepEqual((read({ ...changed, choice: { '@type': 'Some' } }, changed) as JsonObject)['choice'], {
      '@type': 'Some',
      ids: {},
      secret: null,
    })
  })
})

describe('a changed object', () => {
  const before: JsonObject = {
    name: 'a',
    ...DEFAULTS,
    items: { 0: { text: 'x', count: 2, made: '2026-01-01T00:00:00Z' } },
    made: '2026-01-02T00:00:00Z',
  }
  it('keeps what the server has set, whether it is sent back or left out', () => {
    const { made: _made, ...rest } = before
    for (const raw of [rest, before, { ...before, made: '2026-01-02T00:00:00.000Z' }])
      assert.deepEqual((read(raw, before) as JsonObject)['made'], before['made'])
    assert.deepEqual(problem({ ...before, made: '2026-01-03T00:00:00Z' }, before), ['invalidPatch', 'made'])
    assert.deepEqual(problem({ ...before, made: null }, before), ['invalidPatch', 'made'])
  })
  it('keeps it inside of lists too', () => {
    const next = read({ ...before, items: { 0: { text: 'y' } } }, before)
    assert.deepEqual((next as JsonObject)['items'], { 0: { text: 'y', count: 1, made: '2026-01-01T00:00:00Z' } })
    assert.deepEqual(problem({ ...before, items: { 0: { text: 'y', made: '2027-01-01T00:00:00Z' } } }, before), [
      'invalidPatch',
      'items/0/made',
    ])
  })
  it('keeps what is immutable', () => {
    assert.deepEqual(read({ ...before, name: 'a' }, before), before)
    assert.deepEqual(problem({ ...before, name: 'b' }, before), ['invalidPatch', 'name'])
    assert.deepEqual(problem({ ...before, name: null }, before), ['validationFailed', 'name', 'Required'])
  })
  it('is not judged again where it did not change', () => {
    const old = { ...before, note: 'n'.repeat(9_999), color: 'mauve' }
    assert.deepEqual(read({ ...old, on: true }, old), { ...old, on: true })
  })
  it('keeps a secret that is masked or left out, of the same variant only', () => {
    const secret = { ...before, choice: { '@type': 'Some', ids: {}, secret: '$hash' } }
    for (const choice of [{ '@type': 'Some', secret: '****' }, { '@type': 'Some' }]) {
      assert.deepEqual((read({ ...secret, choice }, secret) as JsonObject)['choice'], { '@type': 'Some', ids: {}, secret: '$hash' })
    }
    assert.deepEqual(problem({ ...before, choice: { '@type': 'Some', secret: '****' } }, before), [
      'validationFailed',
      'choice/secret',
      'Invalid',
    ])
    assert.deepEqual((read({ ...secret, choice: { '@type': 'Some', secret: null } }, secret) as JsonObject)['choice'], {
      '@type': 'Some',
      ids: {},
      secret: null,
    })
  })
})

describe('creation ids', () => {
  it('stand for ids as values and as members', () => {
    const value = read({ name: 'a', parent: '#made', choice: { '@type': 'Some', ids: { '#made': true, other: true } } }) as JsonObject
    assert.equal(value['parent'], '000000000000a')
    assert.deepEqual(value['choice'], { '@type': 'Some', ids: { '000000000000a': true, other: true }, secret: null })
  })
  it('that stand for nothing are not found', () => { assert.deepEqual(problem({ name: 'a', parent: '#nobody' }), ['notFound', 'parent']) })
  it('are plain text in plain text', () => { assert.equal((read({ name: '#made' }) as JsonObject)['name'], '#made') })
})
