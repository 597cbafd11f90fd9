import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListenerState } from '../listeners/manager.ts'
import { banner, baseUrl } from './banner.ts'

function listener(address: string, overrides: Partial<ListenerState> & { state?: 'up' | 'failed' } = {}): ListenerState {
  const { state = 'up', ...rest } = overrides
  return { id: 'l', name: 'l', protocol: 'http', tls: false, addresses: [{ address, port: 8080, state, error: null, since: 0, connections: 0 }], ...rest }
}

test('the URL is the first HTTP address that is up', () => {
  assert.equal(baseUrl([listener('127.0.0.1', { protocol: 'smtp' }), listener('127.0.0.2', { state: 'failed' }), listener('127.0.0.3')]), 'http://127.0.0.3:8080')
  assert.equal(baseUrl([]), null)
})

test('plain HTTP comes before TLS, and TLS before nothing', () => {
  assert.equal(baseUrl([listener('127.0.0.1', { tls: true }), listener('127.0.0.2')]), 'http://127.0.0.2:8080')
  assert.equal(baseUrl([listener('127.0.0.1', { tls: true })]), 'https://127.0.0.1:8080')
})

test('addresses that mean every address become ones that can be opened', () => {
  assert.deepEqual(['0.0.0.0', '::', 'fe80::1'].map(address => baseUrl([listener(address)])), ['http://127.0.0.1:8080', 'http://[::1]:8080', 'http://[fe80::1]:8080'])
})

test('a drawn password is shown, one that was chosen is not', () => {
  assert.match(banner('1', 'http://h', { first: true, password: 'drawn' }), /drawn.*shown only now/)
  const chosen = banner('1', 'http://h', { first: true, password: null })
  assert.match(chosen, /ROTA_ADMIN_PASSWORD/)
  assert.doesNotMatch(banner('1', null, { first: false, password: null }), /http:/)
})
