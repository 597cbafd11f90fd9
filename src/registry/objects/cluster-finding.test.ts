import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'

it('ClusterFinding shows what is found, under an id that stays as long as its cause', async () => {
  const test = await openRegistry()
  assert.deepEqual(await test.query('ClusterFinding'), [])
  const finding = { severity: 'error', kind: 'laneWithoutNode', subject: 'spam', text: 'No live node works spam.', advice: 'Start one.' } as const
  const other = { ...finding, severity: 'warning', kind: 'clockOffset', subject: 'node-2' } as const
  test.findings = [finding, other]
  assert.deepEqual(await test.query('ClusterFinding'), ['laneWithoutNode-spam', 'clockOffset-node-2'])
  assert.deepEqual(await test.get('ClusterFinding', 'laneWithoutNode-spam'), { id: 'laneWithoutNode-spam', ...finding })
  test.findings = [other]
  const reply = await test.call('ClusterFinding/get', { ids: ['laneWithoutNode-spam', 'clockOffset-node-2'], properties: ['subject'] })
  assert.deepEqual([reply['list'], reply['notFound']], [[{ id: 'clockOffset-node-2', subject: 'node-2' }], ['laneWithoutNode-spam']])
})
