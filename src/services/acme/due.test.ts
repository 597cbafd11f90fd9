import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { certificateId, dueInWindow, duePoint, nextLook } from './due.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const life = { notBefore: 0, notAfter: 90 * DAY_MS }

test('a certificate is due after the part of its life that the provider names', () => {
  assert.deepEqual((['R12', 'R23', 'R34', 'R45'] as const).map(part => duePoint(life, part) / DAY_MS), [45, 60, 67.5, 72])
  assert.equal(duePoint({ notBefore: 10 * DAY_MS, notAfter: 16 * DAY_MS }, 'R12') / DAY_MS, 13)
})

test('in the window of the authority it is the same point at each look, and before the certificate ends', () => {
  const window = { start: 50 * DAY_MS, end: 52 * DAY_MS }
  const points = ['a.1', 'b.2', 'c.3', 'd.4'].map(id => dueInWindow(window, id, life))
  assert.ok(points.every(point => point >= window.start && point < window.end))
  assert.equal(new Set(points).size, 4)
  assert.equal(dueInWindow(window, 'a.1', life), points[0])
  assert.equal(dueInWindow({ start: 100 * DAY_MS, end: 101 * DAY_MS }, 'a.1', life), 81 * DAY_MS)
})

test('the window is looked at again when the authority says, between an hour and a day', () => {
  assert.deepEqual([null, 0, 2 * HOUR_MS, 30 * DAY_MS].map(after => (nextLook(0, after)) / HOUR_MS), [6, 1, 2, 24])
})

// The example certificate of RFC 9773, appendix A.
const EXAMPLE = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----`

test('a certificate is called as the RFC calls it', () => {
  assert.equal(certificateId(new X509Certificate(EXAMPLE)), 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE')
})
