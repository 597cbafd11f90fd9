import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../base/json.ts'
import { MethodError } from '../registry/method.ts'
import { BackReferences, REFERENCED_SIZE_MAX } from './back-references.ts'
import type { MethodResponse } from './back-references.ts'

const RESULT: JsonObject = {
  ids: ['a', 'b'],
  list: [
    { id: 'a', threadId: 't1', emailIds: ['1', '2'], tags: [['x'], ['y']] },
    { id: 'b', threadId: 't2', emailIds: ['3'], tags: [] },
  ],
  'a/b': { '~': 1 }, '': 2, nothing: null, deep: { 0: 'zero' },
}
const RESPONSES: MethodResponse[] = [
  { name: 'Email/get', result: RESULT, id: 'c0' },
  { name: 'error', result: { type: 'forbidden' }, id: 'c1' },
  { name: 'Email/get', result: { ids: ['second'] }, id: 'c0' },
]

const follow = (path: string, of: JsonObject = { resultOf: 'c0', name: 'Email/get' }): Json | undefined =>
  new BackReferences().resolve({ '#x': { ...of, path } }, RESPONSES)['x']

function typeOf(args: JsonObject): string {
  try {
    new BackReferences().resolve(args, RESPONSES)
  } catch (error) {
    assert.ok(error instanceof MethodError)
    return error.type
  }
  return assert.fail('it was resolved')
}

test('paths of the RFC', () => {
  assert.deepEqual(follow('/ids'), ['a', 'b'])
  assert.deepEqual(follow('/list/*/threadId'), ['t1', 't2'])
  assert.deepEqual(follow('/list/*/emailIds'), ['1', '2', '3'], 'lists are flattened')
  assert.deepEqual(follow('/list/*/tags'), [['x'], ['y']], 'by one level')
  assert.equal(follow('/list/1/id'), 'b')
  assert.equal(follow('/ids/0'), 'a')
})

test('JSON Pointer: escapes, the empty name, the whole, null', () => {
  assert.equal(follow('/a~1b/~0'), 1)
  assert.equal(follow('/'), 2)
  assert.deepEqual(follow(''), RESULT)
  assert.equal(follow('/nothing'), null)
  assert.equal(follow('/deep/0'), 'zero')
})

test('other arguments stay, and the first response with the id counts', () => {
  const args = { properties: ['id'], '#ids': { resultOf: 'c0', name: 'Email/get', path: '/ids' } }
  assert.deepEqual(new BackReferences().resolve(args, RESPONSES), { properties: ['id'], ids: ['a', 'b'] })
  const plain = { a: { '#b': 1 } }
  assert.equal(new BackReferences().resolve(plain, RESPONSES), plain, 'only arguments are references')
})

test('what leads to nothing is invalidResultReference', () => {
  const paths = [
    'ids', '/none', '/ids/2', '/ids/-1', '/ids/01', '/ids/-', '/ids/x', '/ids/0/x', '/ids/*/x',
    '/list/*/none', '/nothing/x', '/deep/*', '/constructor', '/__proto__', '/ids/length',
    '/list/0/toString', `/${'x'.repeat(2_000)}`,
  ]
  for (const path of paths) {
    const reference = { resultOf: 'c0', name: 'Email/get', path }
    assert.equal(typeOf({ '#x': reference }), 'invalidResultReference', path)
  }
  const bad: Json[] = [
    null, 'x', [], {}, { resultOf: 'c0', name: 'Email/get' }, { resultOf: 'c0', name: 'Email/get', path: 1 },
    { resultOf: 'c9', name: 'Email/get', path: '' }, { resultOf: 'c0', name: 'Email/set', path: '' },
    { resultOf: 'c1', name: 'Email/get', path: '' },
  ]
  for (const reference of bad) {
    assert.equal(typeOf({ '#x': reference }), 'invalidResultReference', JSON.stringify(reference))
  }
})

test('an argument given twice is invalidArguments', () => {
  const reference = { resultOf: 'c0', name: 'Email/get', path: '/ids' }
  assert.equal(typeOf({ ids: [], '#ids': reference }), 'invalidArguments')
})

test('a name like __proto__ is an argument like any other', () => {
  const args = JSON.parse('{"#__proto__":{"resultOf":"c0","name":"Email/get","path":"/ids"}}') as JsonObject
  const resolved = new BackReferences().resolve(args, RESPONSES)
  assert.deepEqual(Object.entries(resolved), [['__proto__', ['a', 'b']]])
  assert.equal(Object.getPrototypeOf(resolved), Object.prototype)
})

test('references that double what they refer to end at a limit', () => {
  const references = new BackReferences()
  const responses: MethodResponse[] = [{ name: 'e', result: { text: 'x'.repeat(1_000_000) }, id: '0' }]
  const doubling = () => {
    for (let call = 1; call < 16; call++) {
      const before = { resultOf: String(call - 1), name: 'e', path: '' }
      const result = references.resolve({ '#a': before, '#b': before }, responses)
      responses.push({ name: 'e', result, id: String(call) })
    }
  }
  assert.throws(doubling, error => error instanceof MethodError && error.type === 'requestTooLarge')
  assert.ok(JSON.stringify(responses).length < 2 * REFERENCED_SIZE_MAX)
})
