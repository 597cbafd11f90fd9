import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { Model } from '../../jmap-client/model.ts'
import { parseSchema } from '../../jmap-client/schema.ts'
import { CommandFailure } from '../failure.ts'
import { createBody, updatePatch } from './body.ts'
import { findObject, findPlain, findTarget } from './names.ts'
import { findPath } from './path.ts'
import { nearest } from './suggest.ts'
import { parseValue } from './value.ts'
import { parseWhen } from './when.ts'
import { parseFilter } from './where.ts'

const model = new Model(parseSchema(API_SCHEMA))
const NOW_MS = Date.UTC(2026, 10, 21, 12)

/** The error and what it says to do, as one text. */
function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    assert.ok(error instanceof CommandFailure, String(error))
    assert.equal(error.exitCode, 2)
    return error.hint === null ? error.message : `${error.message}; ${error.hint}`
  }
  return assert.fail('it was accepted')
}

suite('suggest', () => {
  test('finds a near word and no far one', () => {
    assert.equal(nearest('maxAtempts', ['maxAttempts', 'strategy']), 'maxAttempts')
    assert.equal(nearest('MAX-ATTEMPT', ['strategy', 'maxAttempts']), 'maxAttempts')
    assert.equal(nearest('sttaus', ['status', 'due']), 'status')
    assert.equal(nearest('zebra', ['maxAttempts', 'strategy', 'due']), null)
    assert.equal(nearest('x', []), null)
  })
})

suite('names', () => {
  test('any case, dashes, underscores, prefix, plural and list names', () => {
    for (const text of ['task-manager', 'task_manager', 'TaskManager', 'TASKMANAGER', 'x:TaskManager', 'X:taskmanager']) {
      assert.equal(findObject(model, text).name, 'TaskManager', text)
    }
    assert.equal(findObject(model, 'tasks').name, 'Task')
    assert.equal(findObject(model, 'policies').name, 'Policy')
    assert.equal(findObject(model, 'roles').name, 'ClusterRole')
    assert.equal(findObject(model, 'listener').name, 'NetworkListener')
  })
  test('variants in the same forms', () => {
    for (const text of ['task/IndexDocument', 'task/indexdocument', 'tasks/index-document', 'Task/INDEX_DOCUMENT']) {
      assert.equal(findTarget(model, text).variant?.name, 'IndexDocument', text)
    }
  })
  test('unknown ones with what was meant', () => {
    assert.equal(refusal(() => findObject(model, 'taks')), 'there is no object taks; did you mean Task?')
    assert.equal(refusal(() => findObject(model, 'constructor')), 'there is no object constructor; see `rota describe`')
    assert.equal(refusal(() => findTarget(model, 'task/index')),
      'Task has no variant index; one of IndexDocument, UnindexDocument, StoreMaintenance')
    assert.equal(refusal(() => findTarget(model, 'task-manager/x')),
      'TaskManager has no variants; use TaskManager without /x')
    assert.match(refusal(() => findPlain(model, 'task/IndexDocument')), /only create and describe take a variant; use Task$/)
  })
})

suite('when', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['2026-12-01T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['2026-12-01T02:00:00.750+02:00', '2026-12-01T00:00:00Z'],
    ['2026-12-01 10:30Z', '2026-12-01T10:30:00Z'],
    ['2026-12-01', '2026-12-01T00:00:00Z'],
    ['now', '2026-11-21T12:00:00Z'],
    ['+10m', '2026-11-21T12:10:00Z'],
    ['-1h30m', '2026-11-21T10:30:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['2026-12-01T00:00:00', null],
    ['2026-02-31', null],
    ['2026-02-31T00:00:00Z', null],
    ['2026-13-01', null],
    ['+10', null],
    ['+99999999d', null],
    ['tomorrow', null],
    ['', null],
  ]
  for (const [text, expected] of cases) test(`${text || '(empty)'} → ${expected}`, () => { assert.equal(parseWhen(text, NOW_MS), expected) })
})

suite('value', () => {
  const reading = { model, nowMs: NOW_MS, label: 'f' }
  test('numbers', () => {
    assert.equal(parseValue({ type: 'number', format: 'unsignedInteger' }, '5', reading), 5)
    assert.equal(parseValue({ type: 'number', format: 'float' }, '2.5', reading), 2.5)
    assert.match(refusal(() => parseValue({ type: 'number', format: 'integer' }, '2.5', reading)), /whole number/)
    assert.match(refusal(() => parseValue({ type: 'number', format: 'integer' }, '', reading)), /whole number/)
    assert.match(refusal(() => parseValue({ type: 'number', format: 'size' }, '9007199254740993', reading)), /whole number/)
  })
  test('durations as people and as the wire write them', () => {
    const duration = { type: 'number', format: 'duration' } as const
    assert.equal(parseValue(duration, '6h', reading), 21_600_000)
    assert.equal(parseValue(duration, '1m30s', reading), 90_000)
    assert.equal(parseValue(duration, '1500', reading), 1500)
    assert.equal(refusal(() => parseValue(duration, '6 hours', reading)),
      'f: "6 hours" is not valid; give a duration like 90s, 6h or 1h30m, or milliseconds')
  })
  test('booleans, dates, enums', () => {
    assert.equal(parseValue({ type: 'boolean' }, 'true', reading), true)
    assert.match(refusal(() => parseValue({ type: 'boolean' }, 'yes', reading)), /give true or false/)
    assert.equal(parseValue({ type: 'utcDateTime' }, '+10m', reading), '2026-11-21T12:10:00Z')
    assert.equal(parseValue({ type: 'enum', enumName: 'MaintenanceType' }, 'purge-blob', reading), 'purgeBlob')
    assert.equal(refusal(() => parseValue({ type: 'enum', enumName: 'DocumentType' }, 'emial', reading)),
      'f: "emial" is not allowed; did you mean email?')
    assert.match(refusal(() => parseValue({ type: 'enum', enumName: 'DocumentType' }, 'zzz', reading)),
      /one of email, calendar, contacts/)
  })
  test('null empties only what may be empty', () => {
    assert.equal(parseValue({ type: 'string', format: 'string', nullable: true }, 'null', reading), null)
    assert.equal(parseValue({ type: 'string', format: 'string' }, 'null', reading), 'null')
  })
  test('sets as comma lists, JSON lists, the wire form; addresses in brackets are members', () => {
    const sockets = { type: 'set', class: { type: 'string', format: 'socketAddress' } } as const
    const types = { type: 'set', class: { type: 'enum', enumName: 'Duty' } } as const
    assert.deepEqual(parseValue(sockets, '[::]:25, 0.0.0.0:25', reading), { '[::]:25': true, '0.0.0.0:25': true })
    assert.deepEqual(parseValue(sockets, '["a:1"]', reading), { 'a:1': true })
    assert.deepEqual(parseValue(sockets, '{"a:1":true}', reading), { 'a:1': true })
    assert.deepEqual(parseValue(sockets, '', reading), {})
    assert.deepEqual(parseValue(types, 'search-indexing,OUTBOUNDMTA', reading), { searchIndexing: true, outboundMta: true })
  })
  test('embedded objects as JSON or by the name of the variant; lists and maps as JSON', () => {
    const strategy = { type: 'object', objectName: 'x:RetryStrategy' } as const
    assert.deepEqual(parseValue(strategy, 'fixed-delay', reading), { '@type': 'FixedDelay' })
    assert.deepEqual(parseValue(strategy, '{"@type":"FixedDelay","delay":5}', reading), { '@type': 'FixedDelay', delay: 5 })
    assert.match(refusal(() => parseValue(strategy, 'FixDelay', reading)), /did you mean FixedDelay/)
    const list = { type: 'objectList', objectName: 'x:Alias' } as const
    assert.deepEqual(parseValue(list, '[{"name":"a"},{"name":"b"}]', reading), { 0: { name: 'a' }, 1: { name: 'b' } })
    assert.match(refusal(() => parseValue(list, 'a', reading)), /give a JSON list/)
    assert.match(refusal(() => parseValue({ type: 'map', keyClass: { type: 'enum', enumName: 'Quota' },
      valueClass: { type: 'number', format: 'size' } }, '{"a":', reading)), /give a JSON object/)
  })
})

suite('path', () => {
  const find = (object: string, text: string) => findPath(model, object, model.variants(object), text)
  test('names in any form, pointers into what is embedded', () => {
    assert.deepEqual(find('TaskManager', 'max-attempts').segments, ['maxAttempts'])
    assert.deepEqual(find('Task', 'status/DUE').segments, ['status', 'due'])
    assert.equal(find('TaskManager', 'strategy/delay').type.type, 'number')
    assert.equal(find('NetworkListener', 'bind/[::]:587').type.type, 'boolean')
    assert.equal(find('Account', 'quotas/maxDiskQuota').type.type, 'number')
    assert.deepEqual(find('Account', 'aliases/0/enabled').segments, ['aliases', '0', 'enabled'])
  })
  test('unknown ones with what was meant', () => {
    assert.equal(refusal(() => find('TaskManager', 'maxAttempt')), 'TaskManager has no field maxAttempt; did you mean maxAttempts?')
    assert.equal(refusal(() => find('TaskManager', 'delay')), 'TaskManager has no field delay; did you mean strategy/delay?')
    assert.equal(refusal(() => find('TaskManager', 'colour')), 'TaskManager has no field colour; see `rota describe TaskManager`')
    assert.equal(refusal(() => find('TaskManager', 'strategy/dely')),
      'RetryStrategy has no field strategy/dely: dely; did you mean delay?')
    assert.match(refusal(() => find('TaskManager', 'maxAttempts/x')), /nothing below a number/)
  })
})

suite('create body', () => {
  const create = (target: string, fields: readonly string[], body = {}) => {
    const { object, variant } = findTarget(model, target)
    return createBody({ model, object, fields, body, nowMs: NOW_MS }, variant)
  }
  test('fields, pointers and the variant', () => {
    assert.deepEqual(create('task/index-document', ['document-id=d1', 'documentType=email', 'status/due=+10m']), {
      '@type': 'IndexDocument', documentId: 'd1', documentType: 'email',
      status: { '@type': 'Pending', due: '2026-11-21T12:10:00Z' },
    })
  })
  test('an embedded object becomes the first variant that has its fields', () => {
    assert.deepEqual(create('task/store-maintenance', ['status/due=now', 'status/attemptNumber=2'])['status'],
      { '@type': 'Retry', due: '2026-11-21T12:00:00Z', attemptNumber: 2 })
  })
  test('a file gives the body, pairs lie over it', () => {
    assert.deepEqual(create('task', ['documentId=new'], { '@type': 'index-document', documentId: 'old', documentType: 'email' }),
      { '@type': 'IndexDocument', documentId: 'new', documentType: 'email' })
    assert.deepEqual(create('role', ['name=edge', 'duties/members=taskScheduler']),
      { name: 'edge', duties: { '@type': 'EnableSome', members: { taskScheduler: true } } })
  })
  test('refusals', () => {
    assert.match(refusal(() => create('task', [])), /which Task\?; give a variant, as in Task\/IndexDocument/)
    assert.match(refusal(() => create('task/IndexDocument', [], { '@type': 'StoreMaintenance' })), /the body says StoreMaintenance/)
    assert.equal(refusal(() => create('task/IndexDocument', ['due=now'])), 'due is set by the server; did you mean status/due?')
    assert.match(refusal(() => create('task/IndexDocument', ['shardIndex=1'])), /^Task\/IndexDocument has no field shardIndex/)
    assert.match(refusal(() => create('role', ['name=a', 'NAME=b'])), /name is given twice/)
    assert.match(refusal(() => create('role', ['name'])), /write --field name=value/)
  })
})

suite('update patch', () => {
  const update = (target: string, fields: readonly string[], body = {}) =>
    updatePatch({ model, object: findObject(model, target), fields, body, nowMs: NOW_MS })
  test('whole values and pointers', () => {
    assert.deepEqual(update('task-manager', ['maxAttempts=5', 'strategy/delay=5m']), { maxAttempts: 5, 'strategy/delay': 300_000 })
    assert.deepEqual(update('listener', ['bind/[::]:587=true', 'bind/[::]:25=null']), { 'bind/[::]:587': true, 'bind/[::]:25': null })
    assert.deepEqual(update('account', ['quotas/maxDiskQuota=5', 'secret=null']), { 'quotas/maxDiskQuota': 5, secret: null })
  })
  test('a pair below a whole value goes into it, in any order', () => {
    assert.deepEqual(update('task-manager', ['strategy/delay=5m', 'strategy=FixedDelay']),
      { strategy: { '@type': 'FixedDelay', delay: 300_000 } })
  })
  test('an object as it was read can be sent back', () => {
    assert.deepEqual(update('account', [], { id: 'a', '@type': 'User', name: 'n', createdAt: '2026-01-01T00:00:00Z' }), { name: 'n' })
  })
  test('refusals', () => {
    assert.match(refusal(() => update('role', ['name=x'])), /name cannot be changed once the ClusterRole exists/)
    assert.match(refusal(() => update('task', ['@type=IndexTrace'])), /a variant cannot be changed; create a new object/)
  })
})

suite('where', () => {
  const where = (...conditions: string[]) => parseFilter(model, findObject(model, 'task'), conditions, NOW_MS)
  test('every operator', () => {
    assert.deepEqual(where('status=failed', 'type=index-document'), { status: 'Failed', '@type': 'IndexDocument' })
    assert.deepEqual(where('due>=2026-12-01', 'due<2026-12-02'),
      { dueIsGreaterThanOrEqual: '2026-12-01T00:00:00Z', dueIsLessThan: '2026-12-02T00:00:00Z' })
    assert.deepEqual(where('due <= +1h', 'due > now'),
      { dueIsLessThanOrEqual: '2026-11-21T13:00:00Z', dueIsGreaterThan: '2026-11-21T12:00:00Z' })
    assert.deepEqual(where('attempts>2', 'accountId=a=b'), { attemptsIsGreaterThan: 2, accountId: 'a=b' })
  })
  test('refusals', () => {
    assert.match(refusal(() => where('sttaus=Failed')), /Task has no field sttaus; did you mean status\?/)
    assert.match(refusal(() => where('status=Faild')), /--where status: "Faild" is not allowed; did you mean Failed\?/)
    assert.match(refusal(() => where('status')), /no condition; write field=value/)
    assert.match(refusal(() => where('status!=Failed')), /no condition/)
    assert.match(refusal(() => where('status>Failed')), /status has no order; use =/)
    assert.match(refusal(() => where('status=Failed', 'status=Retry')), /given twice; all conditions must hold/)
  })
})
