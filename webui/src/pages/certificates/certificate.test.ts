import assert from 'node:assert/strict'
import { test } from 'node:test'
import { certificateOf, problemsOn, rivals } from './certificate.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const row = (id: string, until: string, ...names: string[]) => ({
  id, subjectAlternativeNames: Object.fromEntries(names.map(name => [name, true])), issuer: 'CA', notValidBefore: '2026-01-01T00:00:00Z', notValidAfter: until,
  certificate: { '@type': 'File', filePath: '/tls/chain.pem' }, privateKey: { '@type': 'Text', secret: '****' },
})

test('whole days are counted, and two weeks before it a certificate ends soon', () => {
  const at = (until: string) => {
    const { validity, daysLeft } = certificateOf(row('a', until, 'mx.example.org'), NOW)
    return [validity, daysLeft]
  }
  assert.deepEqual(at('2026-12-22T12:00:00Z'), ['good', 30])
  assert.deepEqual(at('2026-12-06T11:59:59Z'), ['soon', 13])
  assert.deepEqual(at('2026-11-22T12:00:01Z'), ['soon', 0])
  assert.deepEqual(at('2026-11-22T12:00:00Z'), ['over', 0])
  assert.equal(certificateOf({ ...row('a', '2027-12-22T12:00:00Z'), notValidBefore: '2027-01-01T00:00:00Z' }, NOW).validity, 'future')
})

test('nodes that cannot read it are named with their reason', () => {
  const nodes = [{ id: 'n1', hostname: 'mx1', certificateProblems: { a: 'no such file' } }, { id: 'n2', hostname: 'mx2', certificateProblems: {} }, { id: 'n3', hostname: 'mx3' }]
  assert.deepEqual(problemsOn(nodes, 'a'), [{ nodeId: 'n1', hostname: 'mx1', problem: 'no such file' }])
})

test('certificates for a host that another one is for too', () => {
  const rows = [row('a', '2026-12-22T12:00:00Z', 'mx.example.org', 'www.example.org'), row('b', '2027-12-22T12:00:00Z', 'mx.example.org'), row('c', '2027-12-22T12:00:00Z', 'other.example')]
  assert.deepEqual(rivals('a', ['mx.example.org', 'www.example.org'], rows), [{ id: 'b', until: '2027-12-22T12:00:00Z', shared: ['mx.example.org'] }])
})
