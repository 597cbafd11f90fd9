import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taskVariantReader } from '../src/registry/objects/task-variant.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { KINDS_DE } from '../webui/src/texts/task-kinds-de.ts'

test('every sentence that the server says of a kind of task has its German, and no other', async () => {
  const kinds = await taskVariantReader<null>(VARIANTS).get(null, VARIANTS.map(({ name }) => name))
  const said = new Set(kinds.flatMap(({ body }) => [body['does'], body['refusal']]).filter(text => typeof text === 'string'))
  assert.deepEqual(Object.keys(KINDS_DE).toSorted(), [...said].toSorted())
})
