import assert from 'node:assert/strict'
import { test } from 'node:test'
import { challengeOf } from './proofs.ts'

const offered = (token: string) =>
  challengeOf({ name: 'mail.example.org', isWildcard: false, status: 'pending', challenges: [{ type: 'http-01', url: 'https://a/1', token, status: 'pending', problem: null }] }, 'Http01')

test('a challenge is taken with a token as authorities make them, and with no other', () => {
  assert.equal(offered('evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA').url, 'https://a/1')
  for (const token of ['', 'short', 'name/mail.example.org', 'a'.repeat(129), 'evaGxfADs6pSRb2LAv9I\r\nX: y', 'evaGxfADs6pSRb2L.evaGxfADs6pSRb2L']) {
    assert.throws(() => offered(token), { code: 'acme/unusable-answer' }, token)
  }
})
