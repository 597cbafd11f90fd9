import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openRegistry, part } from '../../../test/support/registry.ts'

it('TaskVariant says of each kind what it does, where it is worked, and why clients may not create one', async () => {
  const test = await openRegistry()
  const of = (name: string) => test.get('TaskVariant', name)
  const index = await of('IndexDocument')
  assert.deepEqual([index['lane'], index['duty'], index['refusal'], index['givesUp']], ['search', 'searchIndexing', null, true])
  assert.match(String(index['does']), /findable/)
  const names = [...test.catalogue.variants.keys()].toSorted()
  assert.deepEqual(await test.query('TaskVariant'), names)

  const merge = await of('MergeThreads')
  const refused = part(await test.call('Task/set', { create: { n: { '@type': 'MergeThreads' } } }), 'notCreated', 'n')
  assert.deepEqual([refused['type'], refused['description']], ['forbidden', merge['refusal']])
  const renewal = await of('AcmeRenewal')
  assert.deepEqual([renewal['refusal'], renewal['givesUp']], [null, false])
})
