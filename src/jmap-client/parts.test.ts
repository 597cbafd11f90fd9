/** The parts of the client that need no server: checks, schema, model, session, SetErrors. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Json } from '../base/json.ts'
import { API_SCHEMA } from '../../test/support/api-schema.ts'
import { amount, listOf, Mismatch, objectOf, optional, parse, recordOf, taggedOf, text, word } from './check.ts'
import { ConnectionFailed, HttpFailed, isPassing, MethodFailed, ReplyMalformed } from './errors.ts'
import { Model } from './model.ts'
import { parseSchema } from './schema.ts'
import { parseSession } from './session.ts'
import { setError } from './set-error.ts'

suite('check', () => {
  const check = objectOf({
    name: text, sizes: listOf(amount), kind: taggedOf('type', { a: { x: amount }, b: {} }), note: optional(word('yes', 'no')),
    more: recordOf(text),
  })
  const good = { name: 'n', sizes: [1], kind: { type: 'a', x: 1 }, more: { k: 'v' }, unknown: 1 }
  test('takes what fits, also with keys that it does not know', () => {
    assert.equal(parse(check, good), good)
    assert.equal(parse(check, { ...good, note: 'yes', kind: { type: 'b' } }).note, 'yes')
  })
  test('names the place of what does not', () => {
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ ...good, name: 1 }, /^\/name must be a string$/],
      [{ ...good, sizes: [1, '2'] }, /^\/sizes\/1 must be a number$/],
      [{ ...good, kind: { type: 'c' } }, /^\/kind\/type must be one of a, b$/],
      [{ ...good, kind: { type: 'a' } }, /^\/kind\/x must be there$/],
      [{ ...good, kind: { type: 'toString' } }, /^\/kind\/type must be one of a, b$/],
      [{ ...good, note: null }, /^\/note must be one of yes, no$/],
      [{ ...good, more: { k: [] } }, /^\/more\/k must be a string$/],
      [[], /^it must be an object$/],
    ]
    for (const [value, message] of cases) assert.throws(() => parse(check, value), (error: Error) => error instanceof Mismatch && message.test(error.message))
  })
})

suite('schema', () => {
  test('all eight parts must be there', () => {
    for (const part of Object.keys(API_SCHEMA)) {
      const { [part]: _, ...rest } = API_SCHEMA
      assert.throws(() => parseSchema(rest), new RegExp(`/${part} must be there`))
    }
  })
  test('a field of an unknown kind is refused with its place', () => {
    const broken = { ...API_SCHEMA, fields: { 'x:A': { properties: { a: { description: 'd', update: 'mutable', type: { type: 'tensor' } } } } } }
    assert.throws(() => parseSchema(broken), /\/fields\/x:A\/properties\/a\/type\/type must be one of string, number/)
  })
})

suite('model', () => {
  const model = new Model(parseSchema(API_SCHEMA))
  test('objects, without their views', () => {
    assert.deepEqual(model.objects().map(object => object.name),
      ['Task', 'TaskManager', 'ClusterRole', 'ClusterNode', 'ClusterLane', 'ClusterFinding', 'NetworkListener', 'Account', 'Policy', 'TaskRun', 'TaskRunCount', 'TaskFailure'])
    assert.equal(model.object('x:TaskManager')?.kind, 'singleton')
    assert.equal(model.object('task'), null)
    assert.equal(model.referenced('x:Task/TaskFailed')?.name, 'Task')
    assert.equal(model.referenced('x:Nothing'), null)
  })
  test('names that every JavaScript object has are no objects', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      assert.equal(model.object(name), null)
      assert.deepEqual(model.variants(name), [])
      assert.equal(model.list(name), null)
      assert.deepEqual(model.enum(name), [])
    }
  })
  test('variants with their fields and defaults, also without fields', () => {
    assert.deepEqual(model.variants('TaskManager').map(variant => [variant.name, variant.defaults.get('maxAttempts')]), [[null, 3]])
    assert.deepEqual(model.variants('x:DutyGroup').map(variant => [variant.name, [...variant.fields.keys()]]),
      [['EnableAll', []], ['DisableAll', []], ['EnableSome', ['members']]])
  })
})

suite('session', () => {
  const session = (apiUrl: Json, core: Json = {}): Json => ({ apiUrl, username: 'u', capabilities: { 'urn:ietf:params:jmap:core': core } })
  test('of the API URL only path and query count', () => {
    assert.equal(parseSession(session('https://other.example:99/jmap/?a=b')).apiPath, '/jmap/?a=b')
    assert.equal(parseSession(session('/jmap')).apiPath, '/jmap')
  })
  test('limits that are left out or senseless are the usual ones', () => {
    for (const value of [undefined, 0, -1, 1.5, '9', null]) {
      const core = value === undefined ? {} : { maxObjectsInGet: value }
      assert.equal(parseSession(session('/jmap', core)).objectsInGetMax, 500)
    }
    assert.equal(parseSession(session('/jmap', { maxObjectsInSet: 7 })).objectsInSetMax, 7)
  })
  test('anything else is not understood', () => {
    for (const value of [null, [], 'x', {}, session(1), session('http://['), { apiUrl: '/jmap', capabilities: {} }]) {
      assert.throws(() => parseSession(value), ReplyMalformed)
    }
  })
})

suite('set error', () => {
  test('references as ids and as objects', () => {
    assert.deepEqual(setError({ type: 'alreadyExists', existingId: 'e' }).objectId, { object: null, id: 'e' })
    assert.deepEqual(setError({ type: 'objectIsLinked', linkedObjects: ['a', { object: 'ClusterRole', id: 'b' }, 5] }).linkedObjects,
      [{ object: null, id: 'a' }, { object: 'ClusterRole', id: 'b' }])
  })
  test('strange members are left out', () => {
    assert.deepEqual(setError({ type: 1, description: null, properties: 'x', validationErrors: [1, { type: 'Required', property: 'p' }] }), {
      type: 'unknown', description: null, properties: [], objectId: null, linkedObjects: [],
      validationErrors: [{ type: 'Required', property: 'p', required: null, value: null }],
    })
    assert.equal(setError('nonsense').type, 'unknown')
  })
})

test('what may be over in a moment is told from what will not be', () => {
  const http = (status: number) => new HttpFailed('http://x/', status, null)
  const passing = [new ConnectionFailed('http://x/', 'refused'), http(502), http(503), http(504), new MethodFailed('x:Task/get', 'serverUnavailable', null)]
  const lasting = [http(401), http(500), new MethodFailed('x:Task/get', 'serverFail', null), new ReplyMalformed('x', 'y'), new TypeError('a bug')]
  assert.deepEqual([passing, lasting].map(errors => errors.map(isPassing)), [passing.map(() => true), lasting.map(() => false)])
})
