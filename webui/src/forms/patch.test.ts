import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../../src/base/json.ts'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { bodyOf, MASK, patchOf } from './patch.ts'
import { pathOf, pointer, withValue } from './path.ts'
import { freshValue } from './shape.ts'

const model = new Model(parseSchema(API_SCHEMA))
const BACKOFF: JsonObject = { '@type': 'ExponentialBackoff', factor: 2, initialDelay: 60_000, jitter: true }
const MANAGER: JsonObject = { id: 'singleton', maxAttempts: 3, strategy: BACKOFF, totalDeadline: 21_600_000 }
const LISTENER: JsonObject = { id: 'l1', name: 'smtp', protocol: 'smtp', bind: { '0.0.0.0:25': true }, tlsImplicit: false, maxMessage: 1_024 }
const ACCOUNT: JsonObject = {
  id: 'a1', '@type': 'User', name: 'ada', aliases: { 0: { name: 'al', enabled: true }, 2: { name: 'bo', enabled: true } },
  quotas: { maxDiskQuota: 5 }, secret: MASK, createdAt: '2026-01-01T00:00:00Z',
}

/** The patch that comes of changes at places. */
function patch(object: string, stored: JsonObject, changes: Readonly<Record<string, JsonObject | string | number | boolean | undefined>>): JsonObject {
  let edited = stored
  for (const [at, value] of Object.entries(changes)) edited = withValue(edited, pathOf(at), value)
  return patchOf(model, object, stored, edited)
}

suite('a patch', () => {
  test('is empty when nothing has changed, whatever the order of keys', () => {
    assert.deepEqual(patchOf(model, 'TaskManager', MANAGER, { ...MANAGER, strategy: { jitter: true, factor: 2, initialDelay: 60_000, '@type': 'ExponentialBackoff' } }), {})
  })

  test('names the smallest place that has changed', () => {
    assert.deepEqual(patch('TaskManager', MANAGER, { maxAttempts: 5, 'strategy/factor': 3 }), { maxAttempts: 5, 'strategy/factor': 3 })
  })

  test('replaces a value whose variant is another', () => {
    assert.deepEqual(patch('TaskManager', MANAGER, { strategy: { '@type': 'FixedDelay', delay: 5_000 } }), { strategy: { '@type': 'FixedDelay', delay: 5_000 } })
  })

  test('adds and takes members of a set, with slashes in their names', () => {
    assert.deepEqual(patch('NetworkListener', LISTENER, { bind: { '[::]:25': true, 'a/b~c': true } }), {
      'bind/0.0.0.0:25': null, 'bind/[::]:25': true, 'bind/a~1b~0c': true,
    })
  })

  test('takes members of a set that are called like something every object has', () => {
    const odd = { ...LISTENER, bind: JSON.parse('{"constructor":true,"__proto__":true,"toString":true}') as JsonObject }
    assert.deepEqual(patch('NetworkListener', odd, { 'bind/constructor': undefined, 'bind/__proto__': undefined, 'bind/valueOf': true }), {
      'bind/constructor': null, 'bind/__proto__': null, 'bind/valueOf': true,
    })
  })

  test('adds, changes and takes entries of a list by their keys', () => {
    assert.deepEqual(patch('Account', ACCOUNT, { 'aliases/0': undefined, 'aliases/2/enabled': false, 'aliases/3': { name: 'cy', enabled: true } }), {
      'aliases/0': null, 'aliases/2/enabled': false, 'aliases/3': { name: 'cy', enabled: true },
    })
  })

  test('changes entries of a map', () => {
    assert.deepEqual(patch('Account', ACCOUNT, { 'quotas/maxDiskQuota': 9 }), { 'quotas/maxDiskQuota': 9 })
  })

  test('clears what may be empty, and collections as a whole', () => {
    const role = { id: 'r1', name: 'edge', description: 'old', duties: { '@type': 'EnableAll' }, listenerIds: { l1: true } }
    assert.deepEqual(patch('ClusterRole', role, { description: undefined, listenerIds: undefined }), { description: null, listenerIds: {} })
  })

  test('never holds what the server sets, what is fixed, or the mask of a secret', () => {
    assert.deepEqual(patch('Account', ACCOUNT, { createdAt: '2027-01-01T00:00:00Z', secret: MASK }), {})
    assert.deepEqual(patch('NetworkListener', LISTENER, { name: 'other' }), {})
    assert.deepEqual(patch('Account', ACCOUNT, { secret: 'new' }), { secret: 'new' })
  })
})

suite('a new object', () => {
  test('begins with the defaults of the schema and the first variants', () => {
    assert.deepEqual(freshValue(model, 'TaskManager'), { maxAttempts: 3, strategy: { '@type': 'ExponentialBackoff', jitter: false }, totalDeadline: 21_600_000 })
    assert.deepEqual(freshValue(model, 'Task', 'StoreMaintenance'), { '@type': 'StoreMaintenance', status: { '@type': 'Pending' } })
  })

  test('is sent without what is empty and what the server sets', () => {
    const value = { ...freshValue(model, 'Account'), name: 'ada', secret: '', createdAt: 'x', aliases: { 0: { name: 'al', enabled: true, x: 1 } } }
    assert.deepEqual(bodyOf(model, 'Account', value), { '@type': 'User', name: 'ada', aliases: { 0: { name: 'al', enabled: true } } })
  })
})

test('a pointer comes back as the path it was made of', () => {
  for (const path of [['a'], ['bind', '10.0.0.0/8'], ['m', 'a~b', '~1']]) assert.deepEqual(pathOf(pointer(path)), path)
})
