import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failureSource, isAllowedFrom, plainAddress } from './network.ts'

test('IPv4 over an IPv6 socket is IPv4, and a zone is dropped', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
})

test('failures count for an IPv4 address or an IPv6 /64, however it is spelt', () => {
  assert.equal(failureSource('::ffff:192.0.2.1'), '192.0.2.1')
  const one = failureSource('2001:db8:0:1::1')
  assert.equal(one, '2001:db8:0:1::/64')
  for (const same of ['2001:db8:0:1:2:3:4:5', '2001:0DB8:0000:0001::ffff', '2001:db8:0:1::%eth0']) {
    assert.equal(failureSource(same), one, same)
  }
  assert.notEqual(failureSource('2001:db8:0:2::1'), one)
  assert.equal(failureSource('::1'), '0:0:0:0::/64')
  assert.equal(failureSource('1:2::'), '1:2:0:0::/64')
})

test('allowed networks', () => {
  assert.equal(isAllowedFrom([], 'anything'), true)
  assert.equal(isAllowedFrom(['10.0.0.0/8'], '10.255.0.1'), true)
  assert.equal(isAllowedFrom(['10.0.0.0/8'], '::ffff:10.255.0.1'), true)
  assert.equal(isAllowedFrom(['10.0.0.0/8', '192.0.2.7'], '192.0.2.7'), true)
  assert.equal(isAllowedFrom(['10.0.0.0/8', '192.0.2.7'], '192.0.2.8'), false)
  assert.equal(isAllowedFrom(['2001:db8::/32'], '2001:db8:1::1'), true)
  assert.equal(isAllowedFrom(['2001:db8::/32'], '10.0.0.1'), false)
  assert.equal(isAllowedFrom(['0.0.0.0/0'], '10.0.0.1'), true)
  for (const broken of ['10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/-1', 'localhost', '', '/8']) {
    assert.equal(isAllowedFrom([broken], '10.0.0.1'), false, broken)
  }
})
