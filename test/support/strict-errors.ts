/** SetErrors as a strict client reads them: no other type, no other key, no null. */
import assert from 'node:assert/strict'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { SET_ERROR_TYPES } from '../../src/registry/set-error.ts'

const KINDS = ['notCreated', 'notUpdated', 'notDestroyed'] as const
const LIMITS = ['MinLength', 'MaxLength', 'MinValue', 'MaxValue']

/** Of every part of a reply. */
export function assertStrictErrors(reply: JsonObject): void {
  for (const kind of KINDS) {
    const errors = reply[kind]
    for (const error of isJsonObject(errors) ? Object.values(errors) : []) assertStrictError(error)
  }
}

function assertStrictError(error: Json): void {
  assert.ok(isJsonObject(error))
  const { type, description, properties, existingId, objectId, linkedObjects, validationErrors, ...rest } = error
  assert.ok(SET_ERROR_TYPES.some(known => known === type), String(type))
  assert.ok(typeof description === 'string' && description.length > 0 && description.isWellFormed())
  assert.deepEqual(rest, {})
  for (const value of [properties, existingId, objectId, linkedObjects, validationErrors]) assert.notEqual(value, null)
  for (const property of (properties ?? []) as unknown as unknown[]) assert.equal(typeof property, 'string')
  for (const each of (validationErrors ?? []) as unknown as JsonObject[]) assertStrictRule(each)
}

function assertStrictRule(rule: JsonObject): void {
  const { type, property, required, value } = rule
  assert.equal(typeof property, 'string')
  if (type === 'Invalid') assert.deepEqual([Object.keys(rule).length, typeof value], [3, 'string'])
  else if (type === 'Required') assert.equal(Object.keys(rule).length, 2)
  else assert.ok(LIMITS.includes(String(type)) && Number.isSafeInteger(required) && Number(required) >= 0, JSON.stringify(rule))
}
