import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { labelsAt } from './place.ts'

const model = new Model(parseSchema(API_SCHEMA))
const value = { '@type': 'User', aliases: { 7: { name: 'b' }, 2: { name: 'a' } }, quotas: { maxDiskQuota: 1 } }
const labels = (path: string) => labelsAt(model, 'Account', value, path.split('/'), n => `entry ${n}`)

test('a place is called as the form calls it, entries by their order', () => {
  assert.deepEqual(labels('name'), ['Name'])
  assert.deepEqual(labels('aliases/7/name'), ['Aliases', 'entry 2', 'Name'])
  assert.deepEqual(labels('quotas/maxDiskQuota'), ['Quotas', 'maxDiskQuota'])
})

test('a name that the form does not know is called by itself', () => {
  assert.deepEqual(labels('someThing/deeper'), ['Some thing'])
})
