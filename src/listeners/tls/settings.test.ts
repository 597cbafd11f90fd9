import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { tlsSettings } from './settings.ts'

const open = { tlsDisableProtocols: {}, tlsDisableCipherSuites: {}, tlsIgnoreClientOrder: true }
const TLS13 = ['tls13-aes-256-gcm-sha384', 'tls13-aes-128-gcm-sha256', 'tls13-chacha20-poly1305-sha256']
const set = (...members: string[]) => Object.fromEntries(members.map(member => [member, true]))

test('without restrictions TLS 1.2 and 1.3 are offered, in the order of the server', () => {
  const settings = tlsSettings(open)
  assert.equal(settings?.minVersion, 'TLSv1.2')
  assert.equal(settings.maxVersion, 'TLSv1.3')
  assert.equal(settings.honorCipherOrder, true)
  assert.equal(settings.ciphers.split(':').length, 9)
  createSecureContext(settings)
})

test('a disabled version and a version without a suite are both gone', () => {
  assert.equal(tlsSettings({ ...open, tlsDisableProtocols: set('tls12') })?.minVersion, 'TLSv1.3')
  assert.equal(tlsSettings({ ...open, tlsDisableProtocols: set('tls13') })?.maxVersion, 'TLSv1.2')
  const noSuites = tlsSettings({ ...open, tlsDisableCipherSuites: set(...TLS13) })
  assert.equal(noSuites?.maxVersion, 'TLSv1.2')
  assert.ok(!noSuites.ciphers.includes('TLS_'))
})

test('a disabled suite is not offered; a member set to false is not disabled', () => {
  const settings = tlsSettings({ ...open, tlsDisableCipherSuites: { 'tls13-aes-128-gcm-sha256': true, 'tls13-aes-256-gcm-sha384': false } })
  assert.ok(!settings?.ciphers.includes('TLS_AES_128_GCM_SHA256'))
  assert.ok(settings?.ciphers.includes('TLS_AES_256_GCM_SHA384'))
})

test('nothing left to offer is null', () => {
  assert.equal(tlsSettings({ ...open, tlsDisableProtocols: set('tls12', 'tls13') }), null)
  assert.equal(tlsSettings({ ...open, tlsDisableProtocols: set('tls12'), tlsDisableCipherSuites: set(...TLS13) }), null)
})
