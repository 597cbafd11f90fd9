import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { Readable } from 'node:stream'
import { suite, test } from 'node:test'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { Capture } from '../../../test/support/cli.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Model } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import { parseSchema } from '../../jmap-client/schema.ts'
import type { Environment } from '../terminal.ts'
import { Terminal } from '../terminal.ts'
import { cellText, printable } from './cell.ts'
import { detailPairs } from './detail.ts'
import { formatRelative } from './relative.ts'
import { pairsText, shorten, tableText } from './table.ts'
import { typeText } from './type-text.ts'

const model = new Model(parseSchema(API_SCHEMA))
const NOW_MS = Date.UTC(2026, 0, 1)
const MINUTE_MS = 60_000

function terminal(isTTY: boolean, env: Environment = {}): Terminal {
  return new Terminal({
    env, stdin: Readable.from([]), stdout: new Capture(isTTY), stderr: new Capture(), clock: new VirtualClock(), signals: new EventEmitter(),
  })
}

suite('relative', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, 'now'], [400, 'now'], [-400, 'now'], [30_000, 'in 30s'], [179_900, 'in 3m'], [-3 * MINUTE_MS, '3m ago'],
    [125 * MINUTE_MS, 'in 2h5m'], [-50 * 60 * MINUTE_MS, '2d2h ago'], [400 * 24 * 60 * MINUTE_MS, 'in 400d'],
  ]
  for (const [distanceMs, text] of cases) test(text, () => { assert.equal(formatRelative(NOW_MS + distanceMs, NOW_MS), text) })
})

suite('cell', () => {
  const labels = new Map([['a1', 'alice']])
  const brief = (type: FieldType | null, value: Parameters<typeof cellText>[0]) => cellText(value, type, { brief: true, nowMs: NOW_MS, labels })
  const full = (type: FieldType | null, value: Parameters<typeof cellText>[0]) => cellText(value, type, { brief: false, nowMs: NOW_MS, labels })
  test('nothing', () => {
    for (const value of [null, undefined, '']) assert.equal(brief(null, value), '-')
    assert.equal(brief({ type: 'boolean' }, false), 'false')
    assert.equal(brief({ type: 'number', format: 'integer' }, 0), '0')
  })
  test('dates', () => {
    assert.equal(brief({ type: 'utcDateTime' }, '2026-01-01T00:03:00Z'), 'in 3m')
    assert.equal(full({ type: 'utcDateTime' }, '2026-01-01T00:03:00Z'), '2026-01-01T00:03:00Z (in 3m)')
    assert.equal(brief({ type: 'utcDateTime' }, 'nonsense'), 'nonsense')
    assert.equal(brief({ type: 'utcDateTime' }, '9999-12-31T23:59:59Z'), '9999-12-31')
    assert.equal(full({ type: 'utcDateTime' }, '9999-12-31T23:59:59Z'), '9999-12-31T23:59:59Z')
  })
  test('durations, references, sets, embedded objects', () => {
    assert.equal(brief({ type: 'number', format: 'duration' }, 5_400_000), '1h30m')
    assert.equal(brief({ type: 'objectId', objectName: 'x:Account' }, 'a1'), 'alice')
    assert.equal(full({ type: 'objectId', objectName: 'x:Account' }, 'a1'), 'a1 (alice)')
    assert.equal(brief({ type: 'objectId', objectName: 'x:Account' }, 'a2'), 'a2')
    const ids: FieldType = { type: 'set', class: { type: 'objectId', objectName: 'x:Account' } }
    assert.equal(brief(ids, { a1: true, a2: true }), 'alice, a2')
    assert.equal(brief(ids, {}), '-')
    assert.equal(brief({ type: 'object', objectName: 'x:TaskStatus' }, { '@type': 'Failed', failedAt: 'x' }), 'Failed')
    assert.equal(brief({ type: 'objectList', objectName: 'x:Alias' }, { 0: { name: 'n' } }), '{"0":{"name":"n"}}')
  })
  test('what could steer the terminal is written out', () => {
    assert.equal(printable('a\r\n  b\tc'), 'a b c')
    assert.equal(printable('\u001b[31mred\u0007 \u202eevil \u009b'), '\\u001b[31mred\\u0007 \\u202eevil \\u009b')
    assert.equal(brief(null, '\u001b]0;title\u0007'), '\\u001b]0;title\\u0007')
  })
})

suite('detail', () => {
  test('embedded objects by pointer, in the order of the schema, unknown members last', () => {
    const style = { brief: false, nowMs: NOW_MS, labels: new Map<string, string>() }
    const row = {
      extra: 1, status: { '@type': 'Retry', attemptNumber: 2, due: '2026-01-01T00:00:00Z' }, due: null, '@type': 'StoreMaintenance', id: 't',
    }
    assert.deepEqual(detailPairs(model, 'Task', row, style), [
      ['id', 't'], ['@type', 'StoreMaintenance'], ['due', '-'], ['status', 'Retry'], ['status/attemptNumber', '2'],
      ['status/due', '2026-01-01T00:00:00Z (now)'], ['extra', '1'],
    ])
  })
})

suite('table', () => {
  test('columns line up, also with wide characters', () => {
    const text = tableText(terminal(false), ['id', 'name', 'more'], [['1', '日本', 'a'], ['22', 'x', 'b']])
    assert.deepEqual(text.split('\n'), ['ID  NAME  MORE', '1   日本  a', '22  x     b'])
  })
  test('long cells are cut between characters', () => {
    assert.equal(shorten('x'.repeat(60)), 'x'.repeat(60))
    assert.equal(shorten('😀'.repeat(61)), `${'😀'.repeat(59)}…`)
  })
  test('names and values are not cut', () => {
    assert.equal(pairsText(terminal(false), [['a', 'x'.repeat(80)], ['long', '1']]), `a     ${'x'.repeat(80)}\nlong  1`)
  })
  test('colour only on a terminal, and not with NO_COLOR', () => {
    const failed = (isTTY: boolean, env?: Environment) => tableText(terminal(isTTY, env), ['s'], [['Failed']]).includes('\u001b[31mFailed')
    assert.equal(failed(true), true)
    assert.equal(failed(false), false)
    assert.equal(failed(true, { NO_COLOR: '1' }), false)
    assert.equal(failed(true, { TERM: 'dumb' }), false)
  })
})

suite('type text', () => {
  const cases: readonly (readonly [FieldType, string])[] = [
    [{ type: 'string', format: 'string', minLength: 1, maxLength: 9 }, 'string, 1–9 characters'],
    [{ type: 'number', format: 'unsignedInteger', min: 1 }, 'whole number, at least 1'],
    [{ type: 'number', format: 'size', max: 5 }, 'bytes, at most 5'],
    [{ type: 'boolean' }, 'true | false'],
    [{ type: 'blobId' }, 'id of a blob'],
    [{ type: 'enum', enumName: 'DocumentType' }, 'email | calendar | contacts'],
    [{ type: 'object', objectName: 'x:RetryStrategy' }, 'RetryStrategy: ExponentialBackoff | FixedDelay'],
    [{ type: 'objectList', objectName: 'x:Alias', maxItems: 3 }, 'list of Alias, at most 3 items'],
    [{ type: 'set', class: { type: 'objectId', objectName: 'x:Account' }, minItems: 1 }, 'set of id of Account, at least 1 items'],
    [{ type: 'map', keyClass: { type: 'enum', enumName: 'Quota' }, valueClass: { type: 'number', format: 'float' } },
      'map of maxDiskQuota to number'],
  ]
  for (const [type, text] of cases) test(text, () => { assert.equal(typeText(model, type), text) })
})
