import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { REQUEST_LIMITS, RequestError, parseRequest } from './request.ts'
import type { RequestProblem } from './request.ts'

const bytes = (text: string) => Buffer.from(text)
const envelope = (methodCalls: unknown, more: object = {}) =>
  bytes(JSON.stringify({ using: ['urn:ietf:params:jmap:core'], methodCalls, ...more }))

const withArgs = (args: string) => `{"using":[],"methodCalls":[["a",${args},"b"]]}`

function problemOf(body: Uint8Array): RequestProblem {
  try {
    parseRequest(body)
  } catch (error) {
    assert.ok(error instanceof RequestError)
    return error.problem
  }
  return assert.fail('the request was accepted')
}
const kindOf = (body: Uint8Array) => problemOf(body).type.split(':').at(-1)

test('an envelope gives its calls in order, with their ids as they are', () => {
  const calls = [['Core/echo', { a: 1 }, 'same'], ['x:Task/get', {}, 'same'], ['', {}, '']]
  const body = envelope(calls, { extra: true })
  assert.deepEqual(parseRequest(body), {
    calls: [
      { name: 'Core/echo', args: { a: 1 }, id: 'same' }, { name: 'x:Task/get', args: {}, id: 'same' },
      { name: '', args: {}, id: '' },
    ],
    createdIds: null,
  })
  assert.deepEqual(parseRequest(envelope([])).calls, [])
})

test('capabilities that nobody knows are accepted', () => {
  const using = ['urn:ietf:params:jmap:calendars', 'urn:example:nothing', '']
  assert.equal(parseRequest(bytes(JSON.stringify({ using, methodCalls: [['a', {}, 'b']] }))).calls.length, 1)
})

test('creation ids keep every key that a client chooses', () => {
  const body = bytes('{"using":[],"methodCalls":[],"createdIds":{"a":"1","__proto__":"2"}}')
  assert.deepEqual([...parseRequest(body).createdIds ?? []], [['a', '1'], ['__proto__', '2']])
})

test('what is not I-JSON is notJSON', () => {
  const bad = [
    '', ' ', '{', '{"using":[],"methodCalls":[]}x', '{using:[]}', 'NaN', '"\u0001"',
    withArgs('{"x":"\\ud800"}'), withArgs('{"\\udc00":1}'), withArgs('{"x":1e400}'), withArgs('{"x":-1e999}'),
  ]
  for (const text of bad) assert.equal(kindOf(bytes(text)), 'notJSON', text)
  assert.equal(kindOf(Buffer.from([0x22, 0xff, 0x22])), 'notJSON', 'not UTF-8')
  assert.equal(kindOf(Buffer.from('{"using":[],"methodCalls":[]}', 'utf16le')), 'notJSON')
})

test('NUL, whole surrogate pairs and large numbers are legal', () => {
  const [call] = parseRequest(bytes(withArgs('{"x":"\\u0000\\ud83d\\ude00","n":1e300}'))).calls
  assert.deepEqual(call?.args, { x: '\0😀', n: 1e300 })
})

test('what is JSON but no envelope is notRequest', () => {
  const bad = [
    null, true, 5, 'x', [], {}, { using: [] }, { methodCalls: [] }, { using: 'x', methodCalls: [] },
    { using: [1], methodCalls: [] }, { using: [], methodCalls: {} }, { using: [], methodCalls: [{}] },
    { using: [], methodCalls: [[]] }, { using: [], methodCalls: [['a', {}]] },
    { using: [], methodCalls: [['a', {}, 'b', 'c']] },
    { using: [], methodCalls: [['a', [], 'b']] }, { using: [], methodCalls: [['a', null, 'b']] },
    { using: [], methodCalls: [[1, {}, 'b']] }, { using: [], methodCalls: [['a', {}, 1]] },
    { using: [], methodCalls: [], createdIds: [] }, { using: [], methodCalls: [], createdIds: { a: 1 } },
  ]
  const texts = [...bad.map(value => JSON.stringify(value)), '{"__proto__":{"using":[],"methodCalls":[]}}']
  for (const text of texts) assert.equal(kindOf(bytes(text)), 'notRequest', text)
})

test('limits are named', () => {
  const calls = (count: number) => envelope(Array.from({ length: count }, () => ['a', {}, 'b']))
  assert.equal(parseRequest(calls(REQUEST_LIMITS.maxCallsInRequest)).calls.length, 16)
  const { type, status, limit } = problemOf(calls(17))
  assert.deepEqual([type, status, limit], ['urn:ietf:params:jmap:error:limit', 400, 'maxCallsInRequest'])
  assert.equal(problemOf(Buffer.alloc(REQUEST_LIMITS.maxSizeRequest + 1, ' ')).limit, 'maxSizeRequest')
})

test('nesting is bounded before it is parsed, and brackets in strings do not count', () => {
  const nested = (depth: number) => bytes(withArgs(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`))
  // Envelope, list of calls, call and arguments are four levels of their own.
  assert.equal(parseRequest(nested(REQUEST_LIMITS.maxNesting - 4)).calls.length, 1)
  assert.equal(problemOf(nested(REQUEST_LIMITS.maxNesting - 3)).limit, 'maxNesting')
  assert.equal(problemOf(Buffer.alloc(REQUEST_LIMITS.maxSizeRequest, '[')).limit, 'maxNesting')
  assert.equal(problemOf(Buffer.alloc(REQUEST_LIMITS.maxSizeRequest, '{"":')).limit, 'maxNesting')
  const inText = envelope([['a', { x: '['.repeat(5_000), y: '\\"[[['.repeat(500) }, 'b']])
  assert.equal(parseRequest(inText).calls.length, 1)
})

test('values are counted before they are parsed, and commas in strings do not count', () => {
  const { maxSizeRequest, maxValues } = REQUEST_LIMITS
  const many = (value: string, count: number) => bytes(withArgs(`{"x":[${Array.from({ length: count }, () => value).join()}]}`))
  assert.equal(parseRequest(many('0', maxValues - 12)).calls.length, 1)
  for (const value of ['0', '""', '{"a":0}']) assert.equal(problemOf(many(value, maxValues)).limit, 'maxValues', value)
  for (const value of ['[]', '{}']) assert.equal(problemOf(many(value, maxValues / 2)).limit, 'maxValues', value)
  assert.equal(problemOf(Buffer.alloc(maxSizeRequest, ',')).limit, 'maxValues')
  const inText = envelope([['a', { x: ','.repeat(maxValues), y: '\\",[{'.repeat(maxValues) }, 'b']])
  assert.equal(parseRequest(inText).calls.length, 1)
})

test('whatever the bytes are, the answer is a request or a problem', () => {
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), fc.json().map(bytes), fc.string().map(bytes)), body => {
    try {
      assert.ok(Array.isArray(parseRequest(body).calls))
    } catch (error) {
      assert.ok(error instanceof RequestError, String(error))
    }
  }), { numRuns: 500 })
})
