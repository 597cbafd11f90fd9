import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf, retryAfterMs } from './problem.ts'

const NOW = Date.UTC(2026, 0, 1)
const PREFIX = 'urn:ietf:params:acme:error:'

function refusal(status: number, body: unknown, retryAfter: string | null = null) {
  const answer = { status, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), header: () => retryAfter }
  const { code, message, details } = refusalOf(answer, 'take an order', NOW)
  return { code, message, afterMs: details['afterMs'] }
}

test('a problem is told in words, with what it says of each name', () => {
  const detail = { type: `${PREFIX}rejectedIdentifier`, detail: 'Not these', subproblems: [{ identifier: { type: 'dns', value: 'a.example' }, detail: 'is blocked' }] }
  assert.deepEqual(refusal(403, detail), {
    code: 'acme/refused', message: 'the authority would not take an order: Not these; a.example: is blocked (403 rejectedIdentifier)', afterMs: undefined,
  })
  assert.equal(refusal(500, '<html>').message, 'the authority would not take an order: without a reason (500 about:blank)')
})

test('what is said without end is cut', () => {
  const { message } = refusal(500, { type: 'x'.repeat(100_000), detail: 'y'.repeat(100_000) })
  assert.ok(message.length < 1_000, `${message.length}`)
})

test('what a setting must change is refused for good, the rest is tried again', () => {
  for (const type of ['badCSR', 'externalAccountRequired', 'invalidContact', 'unauthorized', 'userActionRequired']) {
    assert.equal(refusal(403, { type: PREFIX + type }).code, 'acme/refused', type)
  }
  for (const type of ['serverInternal', 'dns', 'connection', 'malformed', 'orderNotReady', '__proto__']) {
    assert.equal(refusal(400, { type: PREFIX + type }).code, 'acme/failed', type)
  }
  assert.equal(refusal(400, { type: `${PREFIX}accountDoesNotExist` }).code, 'acme/no-account')
})

test('a limit is honoured as long as the authority says, an hour where it does not say', () => {
  assert.deepEqual([refusal(429, { type: `${PREFIX}rateLimited` }, '86400').code, refusal(429, {}, '86400').afterMs], ['acme/rate-limited', 86_400_000])
  assert.equal(refusal(429, {}).afterMs, 3_600_000)
  assert.equal(refusal(503, {}, '120').afterMs, 120_000)
})

test('Retry-After is seconds or a date, and never longer than a week', () => {
  const after = (text: string | null) => retryAfterMs({ header: () => text }, NOW)
  assert.deepEqual(['0', '3', 'Thu, 01 Jan 2026 00:01:00 GMT', 'Wed, 31 Dec 2025 00:00:00 GMT', '99999999', 'soon', null].map(after),
    [0, 3_000, 60_000, 0, 604_800_000, null, null])
})
