import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { openMemoryStore } from '../../store/memory/store.ts'
import { ChallengeAnswers } from './challenge-answers.ts'

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ'

test('an answer is found by its token and by its name, and by nothing else', async () => {
  const answers = new ChallengeAnswers(await openMemoryStore({ clock: new VirtualClock(0) }))
  await answers.offer('mail.example.org', TOKEN, `${TOKEN}.print`)
  assert.equal(await answers.overHttp(TOKEN), `${TOKEN}.print`)
  const hash = createHash('sha256').update(`${TOKEN}.print`).digest()
  assert.deepEqual([await answers.overTls('mail.example.org'), await answers.overTls('MAIL.example.ORG')], [hash, hash])
  for (const token of ['name/mail.example.org', TOKEN.slice(0, -1), '', '../x', '__proto__________', 'x'.repeat(10_000)]) {
    assert.equal(await answers.overHttp(token), null, token.slice(0, 40))
  }
  for (const name of [TOKEN, 'other.example.org', '', '../x', 'x'.repeat(10_000)]) assert.equal(await answers.overTls(name), null, name.slice(0, 40))
})

test('an answer goes by itself', async () => {
  const clock = new VirtualClock(0)
  const answers = new ChallengeAnswers(await openMemoryStore({ clock: clock }))
  await answers.offer('mail.example.org', TOKEN, 'old')
  await clock.advance(1_800_000)
  await answers.offer('mail.example.org', TOKEN, 'new')
  await clock.advance(3_599_000)
  assert.equal(await answers.overHttp(TOKEN), 'new')
  await clock.advance(2_000)
  assert.deepEqual([await answers.overHttp(TOKEN), await answers.overTls('mail.example.org')], [null, null])
})
