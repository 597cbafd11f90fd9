import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Model } from '../../../src/jmap-client/model.ts'
import { parseSchema } from '../../../src/jmap-client/schema.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { inWords } from './schema-language.ts'

test('words are translated where people read them, and names stay', () => {
  const schema = parseSchema(API_SCHEMA)
  const model = new Model(inWords(schema, { Tasks: 'Aufgaben', Due: 'Fällig', due: 'fällig', 'Owner of the work.': 'Wem sie gehört.', Task: 'nie' }))
  assert.equal(model.list('Task')?.title, 'Aufgaben')
  assert.deepEqual(model.list('Task')?.columns[1], { name: 'due', label: 'Fällig' })
  assert.equal(model.variants('Task')[0]?.fields.get('accountId')?.description, 'Wem sie gehört.')
  assert.equal(model.list('Task')?.subtitle, 'Work that waits.')
  assert.deepEqual(Object.keys(parseSchema(inWords(schema, {})).objects), Object.keys(schema.objects))
})
