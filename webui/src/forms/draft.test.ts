import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../../src/base/json.ts'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { draftKey, draftOf, fromDraft } from './draft.ts'
import { MASK } from './patch.ts'

const model = new Model(parseSchema(API_SCHEMA))
const ACCOUNT: JsonObject = {
  id: 'a1', '@type': 'User', name: 'ada', secret: MASK, aliases: { 0: { name: 'al', enabled: true }, 2: { name: 'bo', enabled: true } },
}
const ROLE: JsonObject = { id: 'r1', name: 'edge', description: 'old', tasks: { '@type': 'EnableAll' }, listenerIds: { l1: true } }

/** The draft of a stored object, taken over into what is stored `later`. */
function takenInto(object: string, stored: JsonObject, later: JsonObject, typed: JsonObject): JsonObject {
  const draft = draftOf(model, object, false, stored, typed)
  return draft === null ? later : fromDraft(false, later, draft)
}

suite('the draft of a stored object', () => {
  test('clears again what was cleared, and leaves what others have changed meanwhile', () => {
    const { description: _, ...typed } = { ...ROLE, description: '', listenerIds: { l2: true } }
    const later = { ...ROLE, name: 'border', listenerIds: { l1: true, l3: true } }
    assert.deepEqual(takenInto('ClusterRole', ROLE, later, typed), {
      id: 'r1', name: 'border', tasks: { '@type': 'EnableAll' }, listenerIds: { l2: true, l3: true },
    })
  })

  test('takes entries away again, and keeps the mask of a secret', () => {
    const later = { ...ACCOUNT, name: 'ada2', quotas: { maxDiskQuota: 5 } }
    assert.deepEqual(takenInto('Account', ACCOUNT, later, { ...ACCOUNT, aliases: { 2: { name: 'bo', enabled: false } } }), {
      ...later, aliases: { 2: { name: 'bo', enabled: false } },
    })
  })

  test('is none when nothing but a secret was typed, which is never written', () => {
    assert.equal(draftOf(model, 'Account', false, ACCOUNT, { ...ACCOUNT, secret: 'hunter2' }), null)
    assert.doesNotMatch(JSON.stringify(draftOf(model, 'Account', false, ACCOUNT, { ...ACCOUNT, name: 'x', secret: 'hunter2' })), /hunter2/)
  })
})

suite('the draft of a new object', () => {
  test('is what was typed: a default that was cleared does not come back', () => {
    const base = { maxAttempts: 3, totalDeadline: 21_600_000 }
    const draft = draftOf(model, 'TaskManager', true, base, { maxAttempts: 5 })
    assert.deepEqual(fromDraft(true, base, draft ?? {}), { maxAttempts: 5 })
  })

  test('is for its kind alone when the form is', () => {
    const keys = [draftKey('ada', 'Task', null, 'StoreMaintenance'), draftKey('ada', 'Task', null, 'DestroyAccount'), draftKey('ada', 'Task', null, null)]
    assert.equal(new Set(keys).size, 3)
  })
})
