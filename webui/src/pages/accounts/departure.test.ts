import assert from 'node:assert/strict'
import { test } from 'node:test'
import { departureOf } from './departure.ts'

const ROW = { id: 't', accountId: 'a', accountName: 'jane', accountDomainId: 'd', accountType: 'User', due: '2027-01-01T00:00:00Z', running: null }

test('an account can come back while its removal waits, not once it has begun', () => {
  const state = (row: object) => departureOf({ ...ROW, ...row }).state
  assert.equal(state({ status: { '@type': 'Pending' } }), 'waits')
  assert.equal(state({ status: { '@type': 'Pending' }, running: { progress: '12 of 40 messages' } }), 'removing')
  assert.equal(state({ status: { '@type': 'Retry', failureReason: 'the store is away' } }), 'removing')
  assert.equal(state({ status: { '@type': 'Failed', failureReason: 'parked' }, due: null }), 'failed')
  assert.equal(departureOf({ ...ROW, status: { '@type': 'Pending' }, running: { progress: '12 of 40 messages' } }).progress, '12 of 40 messages')
})
