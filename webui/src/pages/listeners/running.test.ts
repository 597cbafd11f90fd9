import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOf } from '../../api/cluster.ts'
import { isHere, runningOf, tallyOf } from './running.ts'

const at = (listener: string, port: number, state: string, error: string | null = null) => ({ listener, protocol: listener, address: `127.0.0.1:${port}`, state, error })
const node = (nodeId: number, status: string, ...addresses: object[]) => nodeOf({
  id: `node-${nodeId}`, nodeId, hostname: `mx${nodeId}`, status, addresses: Object.fromEntries(addresses.map((address, index) => [index, address])) as never,
})

test('a listener runs where live nodes say so', () => {
  const nodes = [node(1, 'active', at('http', 80, 'up'), at('smtp', 25, 'up')), node(2, 'active', at('http', 80, 'failed', 'in use')), node(3, 'stale', at('http', 80, 'up'))]
  const running = runningOf('http', nodes)
  assert.deepEqual(running.map(each => [each.node.hostname, each.address.state]), [['mx1', 'up'], ['mx2', 'failed']])
  assert.deepEqual(tallyOf(running), { up: ['mx1'], down: [{ node: 'mx2', why: 'in use' }], unsupported: false })
  assert.deepEqual(tallyOf(runningOf('imap', nodes)), { up: [], down: [], unsupported: false })
})

test('a node with one address up and one failed is not up', () => {
  assert.deepEqual(tallyOf(runningOf('http', [node(1, 'active', at('http', 80, 'up'), at('http', 81, 'failed'))])), { up: [], down: [{ node: 'mx1', why: null }], unsupported: false })
})

test('the listener of this page is known by its port', () => {
  const running = runningOf('http', [node(1, 'active', at('http', 443, 'up'), at('http', 8080, 'failed'))])
  assert.equal(isHere(running, { port: '', protocol: 'https:' }), true)
  assert.deepEqual([isHere(running, { port: '8080', protocol: 'http:' }), isHere(running, { port: '', protocol: 'http:' })], [false, false])
})
