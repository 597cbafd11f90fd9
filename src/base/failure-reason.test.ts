import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isId } from './ids.ts'
import { failureKey, normalReason } from './failure-reason.ts'

const SAME: readonly (readonly [string, ...string[]])[] = [
  ['connection to <address> refused', 'connection to 10.0.0.3 refused', 'connection to 10.0.0.4:25 refused', 'connection to [2001:db8::1]:25 refused'],
  ['no mailbox <address>', 'no mailbox jane@example.org', 'no mailbox joe.doe+x@mail.example.net'],
  ['answered <n> after <n>ms', 'answered 503 after 12ms', 'answered 429 after 1200ms'],
  ['blob <id> is gone', 'blob 03f1vlu980200 is gone', 'blob 2c26b46b68ffc68ff99b453c1d304134 is gone', 'blob 8f14e45f-ceea-467f-a0e6-0d4b7d1c2a33 is gone'],
  [
    'the content <id> of a message is missing', 'the content 0mWJrqZk3hX7-a_Yd5eQvB9nLtC1uSgTfK2pRxHiMoE of a message is missing',
    'the content zV4c9Xn-2Sl8Qm_7LkRtYp0aBdEfGhJiKoMuNqSrTvW of a message is missing',
  ],
  ['no folder "…"', 'no folder "Trash"', 'no folder “Junk\'s”', 'no folder \'a 7\''],
  ['GET <address> failed', 'GET https://acme.example/dir?x=1 failed', 'GET http://other.example:8080/ failed'],
  ['timed out: it ran longer than <n> ms', 'timed out: it ran longer than 60000 ms', 'timed out: it ran longer than 1.5 ms'],
  ['a b', 'a  b', ' a\n\tb '],
  ['unknown', 'unknown'],
]

describe('the normal form of a reason', () => {
  for (const [normal, ...reasons] of SAME) {
    test(normal, () => {
      for (const reason of reasons) assert.equal(normalReason(reason), normal, reason)
    })
  }
  test('words stay: what fails for another reason is another group', () => {
    for (const text of ["the mailbox isn't empty, it's full", 'no IPv4 address for mx1', 'sha256 differs', 'disabled by the operator', 'deadbeef']) {
      assert.equal(normalReason(text), text)
    }
  })
  test('it is its own normal form', () => {
    for (const [normal] of SAME) assert.equal(normalReason(normal), normal)
  })
  test('nothing takes long, however it is made', () => {
    for (const unit of ['"', "'", 'a@', '1.', 'a1', ':', '::1', '[', 'x://', ' ']) {
      const start = performance.now()
      assert.ok(normalReason(unit.repeat(1_000_000)).length <= 300)
      assert.ok(performance.now() - start < 200, unit)
    }
  })
})

describe('the key of a failure', () => {
  test('is that of its variant and normal reason, and has the form of an id', () => {
    const key = failureKey('IndexDocument', 'blob 7 is gone')
    assert.equal(key, failureKey('IndexDocument', 'blob 8 is gone'))
    assert.notEqual(key, failureKey('UnindexDocument', 'blob 7 is gone'))
    assert.notEqual(key, failureKey('IndexDocument', 'blob 7 is there'))
    assert.ok(isId(key) && isId(failureKey('', null)))
    assert.equal(failureKey('A', null), failureKey('A', 'unknown'))
  })
  test('never changes: it is stored', () => {
    assert.equal(failureKey('IndexDocument', 'connection to 10.0.0.3 refused'), '7pvpofntacfm5')
  })
})
