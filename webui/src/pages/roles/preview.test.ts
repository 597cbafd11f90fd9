import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOf } from '../../api/cluster.ts'
import type { Lane } from '../../api/cluster.ts'
import { bucketsMoved, isQuiet, listenersPending, previewOf, progressOf, uncoveredBy } from './preview.ts'

const reply = {
  accountId: 'x', role: 'edge',
  nodes: [{ id: 'node-1', hostname: 'mx1', dutiesAdded: [], dutiesRemoved: ['searchIndexing'], listenersOpened: [{ id: 'l1', name: 'smtp' }], listenersClosed: [{ id: 'l2', name: 'lmtp' }] }],
  lanes: [
    { id: 'search', duty: 'searchIndexing', buckets: 4, uncoveredBefore: 0, uncoveredAfter: 0, moves: [{ from: 'node-1', to: 'node-2', buckets: 2 }] },
    { id: 'spam', duty: 'spamClassifierTraining', buckets: 1, uncoveredBefore: 0, uncoveredAfter: 1, moves: [{ from: 'node-1', to: null, buckets: 1 }] },
  ],
  findings: [{ severity: 'error', kind: 'laneWithoutNode', subject: 'spam', text: 't', advice: 'a' }],
}
const lane = (name: string, ...owners: (string | null)[]): Lane => ({ name, duty: name, owners })

test('a preview says what moves, and which lanes nobody would work', () => {
  const preview = previewOf(reply)
  assert.deepEqual([bucketsMoved(preview), uncoveredBy(preview).map(({ id }) => id), preview.refused, isQuiet(preview)], [3, ['spam'], null, false])
  assert.deepEqual(preview.nodes[0]?.listenersOpened, ['smtp'])
  assert.deepEqual(preview.findings.map(({ id, severity }) => [id, severity]), [['laneWithoutNode-spam', 'error']])
})

test('a draft that would be refused moves nothing, and says why', () => {
  const preview = previewOf({ accountId: 'x', refused: { type: 'validationFailed', description: 'name is missing' } })
  assert.deepEqual([preview.refused, isQuiet(preview)], ['name is missing', true])
})

test('it has happened when the new owners hold what they were to get', () => {
  const preview = previewOf(reply)
  const before = [lane('search', 'node-1', 'node-1', 'node-2', 'node-2'), lane('spam', 'node-1')]
  assert.deepEqual(progressOf(preview, before, before), { done: 0, of: 3 })
  assert.deepEqual(progressOf(preview, before, [lane('search', 'node-2', null, 'node-2', 'node-2'), lane('spam', null)]), { done: 2, of: 3 })
  assert.deepEqual(progressOf(preview, before, [lane('search', 'node-2', 'node-2', 'node-2', 'node-2'), lane('spam', null)]), { done: 3, of: 3 })
})

test('listeners are pending until they are open, or closed', () => {
  const at = (listener: string, state: string) => ({ listener, protocol: listener, address: '127.0.0.1:1', state })
  const node = (...addresses: object[]) => [nodeOf({ id: 'node-1', addresses: Object.fromEntries(addresses.map((address, index) => [index, address])) as never })]
  const preview = previewOf(reply)
  assert.deepEqual(listenersPending(preview, node(at('lmtp', 'up'), at('smtp', 'starting'))), ['mx1 smtp', 'mx1 lmtp'])
  assert.deepEqual(listenersPending(preview, node(at('lmtp', 'draining'), at('smtp', 'up'))), [])
})
