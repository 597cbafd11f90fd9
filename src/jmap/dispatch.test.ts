import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { VirtualClock } from '../base/virtual-clock.ts'
import { idSource } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { RotaError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { MethodError } from '../registry/method.ts'
import type { CallContext, Method } from '../registry/method.ts'
import { dispatch } from './dispatch.ts'
import { coreEcho } from './methods/core-echo.ts'
import type { JmapRequest } from './request.ts'

interface Line { readonly level: string; readonly fields: Readonly<Record<string, unknown>> }

type Response = readonly [string, JsonObject, string]

function example(methods: Readonly<Record<string, Method>> = {}) {
  const lines: Line[] = []
  const note = (level: string) => (fields: object) => { lines.push({ level, fields: { ...fields } }) }
  const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  const principal = { accountId: '0000000000001', name: 'jane@example.org', permissions: new Set<string>() }
  const known = new Map([['Core/echo', coreEcho], ...Object.entries(methods)])
  const deps = { methods: known, log, ids: idSource(1, new VirtualClock()) }
  const run = (calls: readonly Response[], createdIds: JmapRequest['createdIds'] = null) =>
    dispatch({ calls: calls.map(([name, args, id]) => ({ name, args, id })), createdIds }, principal, '192.0.2.7', deps)
  return { lines, principal, run }
}

async function responses(reply: Promise<JsonObject>): Promise<Response[]> {
  return (await reply)['methodResponses'] as unknown as Response[]
}

test('each call is answered once, in order, under its name and id', async () => {
  const { run } = example()
  const calls: Response[] = [
    ['Core/echo', { a: [1, { b: null }] }, 'x'], ['Core/echo', {}, 'x'], ['Core/echo', { a: 2 }, ''],
  ]
  assert.deepEqual(await run(calls), { methodResponses: calls })
})

test('calls run one after the other, with one context', async () => {
  const seen: string[] = []
  const contexts = new Set<CallContext>()
  const slow: Method = async (args, context) => {
    contexts.add(context)
    seen.push(`begin ${String(args['n'])}`)
    await new Promise<void>(resolve => { setImmediate(resolve) })
    seen.push(`end ${String(args['n'])}`)
    return {}
  }
  const { run, principal } = example({ slow })
  await run([['slow', { n: 1 }, 'a'], ['slow', { n: 2 }, 'b']])
  assert.deepEqual(seen, ['begin 1', 'end 1', 'begin 2', 'end 2'])
  assert.deepEqual([...contexts].map(context => [context.principal, context.remote]), [[principal, '192.0.2.7']])
})

test('methods of objects are also found by the names that people type, and answered under those', async () => {
  const { run } = example({ 'x:TaskManager/get': () => Promise.resolve({ list: [1] }), 'Mail/get': () => Promise.resolve({}) })
  const names = ['x:TaskManager/get', 'x:task-manager/get', 'x:taskmanager/get', 'x:TASK_MANAGER/Get']
  for (const name of names) {
    const reference = { resultOf: '0', name, path: '/list' }
    const [first, second] = await responses(run([[name, {}, '0'], ['Core/echo', { '#a': reference }, '1']]))
    assert.deepEqual([first, second], [[name, { list: [1] }, '0'], ['Core/echo', { a: [1] }, '1']])
  }
  for (const name of ['mail/get', 'x:mail/get', 'core/echo', 'x:tasks/get', 'x:', 'x:TaskManager', '__proto__', 'x:constructor/get']) {
    assert.equal((await responses(run([[name, {}, '0']])))[0]?.[1]['type'], 'unknownMethod', name)
  }
})

test('a call that fails leaves the others alone, and what refers to it fails too', async () => {
  const { run } = example({ refuse: () => Promise.reject(new MethodError('forbidden', 'Not you.')) })
  const reply = await responses(run([
    ['refuse', {}, '0'], ['none', {}, '1'], ['toString', {}, '2'],
    ['Core/echo', { '#a': { resultOf: '0', name: 'refuse', path: '' } }, '3'], ['Core/echo', { a: 1 }, '4'],
  ]))
  assert.deepEqual(reply.map(([name, result, id]) => [name, result['type'], id]), [
    ['error', 'forbidden', '0'], ['error', 'unknownMethod', '1'], ['error', 'unknownMethod', '2'],
    ['error', 'invalidResultReference', '3'], ['Core/echo', undefined, '4'],
  ])
  assert.equal(reply[0]?.[1]['description'], 'Not you.')
})

test('creation ids go in, are added to, and come out only when the client sent some', async () => {
  const create: Method = (args, context) => {
    context.createdIds.set(String(args['as']), `id of ${String(args['as'])}`)
    return Promise.resolve({ known: [...context.createdIds.keys()] })
  }
  const { run } = example({ create })
  const calls: Response[] = [['create', { as: 'b' }, '0'], ['create', { as: '__proto__' }, '1']]
  const without = await run(calls)
  assert.deepEqual(Object.keys(without), ['methodResponses'])
  const sent = new Map([['a', '1']])
  const { createdIds, methodResponses } = await run(calls, sent)
  const all = [['a', '1'], ['b', 'id of b'], ['__proto__', 'id of __proto__']]
  assert.deepEqual(Object.entries(createdIds as JsonObject), all)
  assert.deepEqual((methodResponses as unknown as Response[])[1]?.[1], { known: ['a', 'b', '__proto__'] })
  assert.equal(sent.size, 1, 'what the client sent is not touched')
})

test('an error of ours is serverFail with a reference; the log alone has the detail', async () => {
  const broken: Method = () => Promise.reject(new TypeError('secret detail', { cause: new Error('deeper') }))
  const { run, lines } = example({ broken, throwsAtOnce: () => { throw new RangeError('sync detail') } })
  const reply = await responses(run([['broken', { password: 'x' }, '0'], ['throwsAtOnce', {}, '1']]))
  assert.deepEqual(reply.map(([, result]) => result['type']), ['serverFail', 'serverFail'])
  assert.ok(!/secret|sync/.test(JSON.stringify(reply)))
  const description = String(reply[0]?.[1]['description'])
  const [line] = lines
  assert.equal(line?.level, 'error')
  assert.ok(description.includes(String(line.fields['reference'])))
  assert.deepEqual(
    { method: line.fields['method'], error: line.fields['error'], cause: line.fields['cause'] },
    { method: 'broken', error: 'secret detail', cause: 'deeper' })
  assert.ok(!JSON.stringify(lines).includes('password'), 'arguments are not logged')
})

test('why only a part was done is in the log alone', async () => {
  const partly = (cause: Error): Method => () => Promise.reject(new MethodError('serverPartialFail', 'A part.', { cause }))
  const { run, lines } = example({ a: partly(new TypeError('secret detail')), b: partly(new RotaError('store/unavailable', 'inner words')) })
  const reply = await responses(run([['a', {}, '0'], ['b', {}, '1']]))
  assert.deepEqual(reply.map(([, result]) => result), Array(2).fill({ type: 'serverPartialFail', description: 'A part.' }))
  assert.deepEqual(lines.map(({ level, fields }) => [level, fields['error']]), [['error', 'secret detail'], ['warn', 'inner words']])
})

test('what may pass is serverUnavailable, other codes are ours', async () => {
  const { run, lines } = example({
    throws: args => Promise.reject(new RotaError(args['code'] as ErrorCode, 'inner words')),
  })
  const codes: ErrorCode[] = ['store/unavailable', 'store/full', 'store/conflict', 'mail/account-gone', 'blob/missing']
  const reply = await responses(run(codes.map(code => ['throws', { code }, code])))
  assert.deepEqual(reply.map(([, result]) => result['type']),
    ['serverUnavailable', 'serverUnavailable', 'serverUnavailable', 'accountNotFound', 'serverFail'])
  assert.ok(!JSON.stringify(reply).includes('inner words'))
  assert.deepEqual(lines.map(({ level }) => level), ['warn', 'warn', 'warn', 'error'])
})

const json = fc.jsonValue() as fc.Arbitrary<Json>
const reference = fc.record({
  resultOf: fc.constantFrom('a', 'b', ''), name: fc.constantFrom('Core/echo', 'refuse', 'error'),
  path: fc.array(fc.constantFrom('*', '0', 'a', '#a', '~0', '~1', '', '-', '__proto__'), { maxLength: 4 })
    .map(tokens => tokens.map(token => `/${token}`).join('')),
})
const argument = fc.constantFrom('a', '#a', '#b', '#', '##', '__proto__', '#__proto__', 'x')
const args = fc.dictionary(argument, fc.oneof(json, reference)) as fc.Arbitrary<JsonObject>
const name = fc.constantFrom('Core/echo', 'refuse', 'constructor', '')
const call = fc.tuple(name, args, fc.constantFrom('a', 'b', ''))

test('whatever is asked, every call has one answer, and none is serverFail', async () => {
  const { run, lines } = example({ refuse: () => Promise.reject(new MethodError('forbidden', 'no')) })
  await fc.assert(fc.asyncProperty(fc.array(call, { maxLength: 8 }), async calls => {
    const reply = await responses(run(calls))
    assert.deepEqual(reply.map(([, , id]) => id), calls.map(([, , id]) => id))
    for (const [index, [name, result]] of reply.entries()) {
      assert.ok(name === calls[index]?.[0] || name === 'error')
      if (name === 'error') assert.notEqual(result['type'], 'serverFail')
    }
    assert.ok(JSON.stringify(reply).length > 0)
  }), { numRuns: 500 })
  assert.deepEqual(lines, [])
})
