import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '../../errors.ts'
import { HOME, failed, limited, loginWorld } from '../../../test/support/login-world.ts'
import { passwords } from '../../../test/support/people.ts'
import type { Auth } from './auth.ts'
import { FAILURES_PER_NAME_MAX, FAILURES_PER_SOURCE_MAX, FAILURE_WINDOW_MS } from './failures.ts'
import { hashSecret } from './secret.ts'

test('one source cannot fill the line for the others', async () => {
  const { people, auth, jane } = await loginWorld()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('slow') } }
  await people.change('Account', jane, { credentials: slow })
  const words = Array.from({ length: 100 }, (_, guess) => `guess ${guess}`)
  const guesses = words.map(word => auth.basic('jane', word, '198.51.100.1'))
  const login = auth.basic('jane', 'slow', HOME)
  const ends = await Promise.allSettled(guesses)
  assert.equal(ends.filter(end => end.status === 'rejected' && limited(end.reason)).length, 84)
  assert.equal((await login).accountId, jane)
})

async function guess(auth: Auth, name: string, times: number, from: (guess: number) => string) {
  for (let each = 0; each < times; each++) {
    await assert.rejects(auth.basic(name, `guess ${each}`, from(each)), failed)
  }
}
const anywhere = (guess: number) => `198.51.100.${guess}`

test('too many different guesses for one name close it, whether or not it exists, whatever is tried then', async () => {
  const { people, auth } = await loginWorld()
  for (const name of ['jane', 'nobody']) {
    await guess(auth, name, FAILURES_PER_NAME_MAX, anywhere)
    const answers = []
    for (const password of ['one more', 'wonderful']) {
      const refused = await auth.basic(name, password, '203.0.113.1').then(() => null, (error: unknown) => error)
      assert.ok(hasCode(refused, 'auth/rate-limited'), `${name}, ${password}`)
      answers.push([refused.message, refused.details])
    }
    assert.deepEqual(answers[0], answers[1], 'the right password gets the same answer')
  }
  await assert.rejects(auth.basic('j@example.org', 'wonderful', '203.0.113.1'), error => {
    assert.ok(hasCode(error, 'auth/rate-limited'))
    assert.equal(error.details['retryAfterMs'], FAILURE_WINDOW_MS)
    return true
  }, 'another name of the same account')
  await people.clock.advance(FAILURE_WINDOW_MS)
  await auth.basic('jane', 'wonderful', '203.0.113.1')
})

test('guesses from elsewhere lock nobody out where he has logged in before', async () => {
  const { people, auth, open } = await loginWorld()
  await auth.basic('jane', 'wonderful', HOME)
  await people.clock.advance(10 * 60_000)
  await guess(auth, 'jane', FAILURES_PER_NAME_MAX, anywhere)
  await assert.rejects(auth.basic('jane', 'wonderful', '203.0.113.1'), limited)
  await auth.basic('jane', 'wonderful', HOME)
  await open().basic('jane', 'wonderful', HOME)

  await guess(open(), 'jane', FAILURES_PER_NAME_MAX, () => HOME)
  await assert.rejects(open().basic('jane', 'wonderful', HOME), limited, 'there only the guesses from there count')
  await auth.basic('jane', 'wonderful', HOME)
  await people.clock.advance(30 * 86_400_000)
  await guess(auth, 'jane', FAILURES_PER_NAME_MAX, anywhere)
  await assert.rejects(auth.basic('jane', 'wonderful', HOME), limited, 'nobody has logged in there for a month')
})

test('no limit throws out a program that is logged in, however long somebody guesses', async () => {
  const { people, auth, jane } = await loginWorld()
  const { token } = await people.apiKey(jane)
  await auth.basic('jane', 'wonderful', HOME)
  const refused = (error: unknown) => failed(error) || limited(error)
  for (let minute = 0; minute < 20; minute += 4) {
    for (let each = 0; each < FAILURES_PER_SOURCE_MAX; each++) {
      await assert.rejects(auth.bearer(`rota_${minute}_${each}`, HOME), refused)
      if (each % 3 === 0) await assert.rejects(auth.basic('jane', `${minute}, ${each}`, HOME), refused)
    }
    await auth.basic('jane', 'wonderful', HOME)
    await auth.bearer(token, HOME)
    await people.clock.advance(4 * 60_000)
  }
  await assert.rejects(auth.basic('j@example.org', 'wonderful', HOME), limited, 'a new login has to wait')
  await assert.rejects(auth.bearer(`${token.slice(0, -4)}0000`, HOME), limited, 'so has a wrong token')
})

test('too many guesses from one source close it for new logins there; other nodes know', async () => {
  const { people, auth, open, domainId } = await loginWorld()
  for (let guess = 0; guess < FAILURES_PER_SOURCE_MAX; guess++) {
    const address = `2001:db8:0:1::${guess.toString(16)}`
    if (guess % 2 === 0) await assert.rejects(auth.bearer(`rota_${guess}`, address), failed)
    else {
      await people.account(domainId, [`u${guess}@example.org`], { credentials: passwords('x') })
      await assert.rejects(auth.basic(`u${guess}`, 'y', address), failed)
    }
  }
  for (const node of [auth, open()]) {
    await assert.rejects(node.basic('jane', 'wonderful', '2001:db8:0:1:ffff::1'), limited)
    await node.basic('jane', 'wonderful', '2001:db8:0:2::1')
  }
})

test('one wrong password, repeated all day, is one guess', async () => {
  const { people, auth } = await loginWorld()
  for (let again = 0; again < 3 * FAILURES_PER_SOURCE_MAX; again++) {
    await assert.rejects(auth.basic('jane', 'last year’s', HOME), failed)
    await people.clock.advance(1_000)
  }
  await auth.basic('jane', 'wonderful', HOME)
})
