import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { selfMadeCertificate, VALID_MS } from './self-made.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 12)

test('the certificate is signed with its own key and valid for the host name and this machine', async () => {
  const pair = await selfMadeCertificate('node-1.example.org', NOW_MS)
  const certificate = new X509Certificate(pair.cert)
  assert.equal(certificate.verify(certificate.publicKey), true)
  assert.equal(certificate.checkPrivateKey(createPrivateKey(pair.key)), true)
  assert.equal(certificate.subject, 'CN=node-1.example.org')
  assert.equal(certificate.ca, false)
  for (const host of ['node-1.example.org', 'localhost']) assert.equal(certificate.checkHost(host), host)
  for (const ip of ['127.0.0.1', '::1']) assert.equal(certificate.checkIP(ip), ip)
  assert.equal(certificate.checkHost('example.org'), undefined)
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'])
})

test('it is valid for a year, from a little before now', async () => {
  const certificate = new X509Certificate((await selfMadeCertificate('localhost', NOW_MS)).cert)
  assert.equal(certificate.validToDate.getTime(), NOW_MS + VALID_MS)
  assert.ok(certificate.validFromDate.getTime() < NOW_MS)
})

test('long names, addresses as names and times after 2049 give certificates that can be read', async () => {
  const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`
  const named = new X509Certificate((await selfMadeCertificate(long, NOW_MS)).cert)
  assert.equal(named.checkHost(long), long)
  const addressed = new X509Certificate((await selfMadeCertificate('2001:db8::7:1', NOW_MS)).cert)
  assert.equal(addressed.checkIP('2001:db8::7:1'), '2001:db8::7:1')
  const late = new X509Certificate((await selfMadeCertificate('localhost', Date.UTC(2060, 0, 1))).cert)
  assert.equal(late.validToDate.getUTCFullYear(), 2060)
})

test('no two certificates share a key or a serial number', async () => {
  const [one, two] = await Promise.all([selfMadeCertificate('localhost', NOW_MS), selfMadeCertificate('localhost', NOW_MS)])
  assert.notEqual(one.key, two.key)
  assert.notEqual(new X509Certificate(one.cert).serialNumber, new X509Certificate(two.cert).serialNumber)
})
