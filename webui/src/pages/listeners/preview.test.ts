import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeOf } from '../../api/cluster.ts'
import { endsHere, previewOf } from './preview.ts'

const preview = (address: string, effect: string) => previewOf({ accountId: 'x', nodes: [{ id: 'node-1', hostname: 'mx1', addresses: [{ listener: 'http', address, effect, error: null }] }] })
const nodes = [nodeOf({
  id: 'node-1', status: 'active',
  addresses: { 0: { listener: 'http', protocol: 'http', address: '127.0.0.1:8080', state: 'up' }, 1: { listener: 'http', protocol: 'http', address: '127.0.0.1:9090', state: 'up' } },
})]
const PLACE = { port: '8080', protocol: 'http:' }

test('a preview says what each node does with which address; what it does not know it leaves out', () => {
  assert.deepEqual(preview('127.0.0.1:25', 'closes'), {
    nodes: [{ id: 'node-1', hostname: 'mx1', addresses: [{ listener: 'http', address: '127.0.0.1:25', effect: 'closes', error: null }] }], refused: null,
  })
  assert.deepEqual(preview('127.0.0.1:25', 'melts').nodes[0]?.addresses, [])
  assert.equal(previewOf({ accountId: 'x', refused: { type: 'validationFailed', description: 'bind is missing' } }).refused, 'bind is missing')
})

test('this console loses its address when that one closes or changes, and not with another one', () => {
  assert.equal(endsHere(preview('127.0.0.1:8080', 'closes'), nodes, PLACE), true)
  assert.equal(endsHere(preview('127.0.0.1:0', 'replaces'), nodes, PLACE), true, 'any port may be this one')
  assert.equal(endsHere(preview('127.0.0.1:9090', 'closes'), nodes, PLACE), false)
  assert.equal(endsHere(preview('127.0.0.1:8080', 'opens'), nodes, PLACE), false)
})
