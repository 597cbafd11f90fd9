import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { hasCode } from '../../errors.ts'
import { cheapHash, openPeople, passwords } from '../../../test/support/people.ts'
import { Directory } from '../directory/directory.ts'
import { Auth } from './auth.ts'
import { FAILURES_PER_NAME_MAX, FAILURES_PER_SOURCE_MAX, FAILURE_WINDOW_MS } from './failures.ts'
import { hashSecret } from './secret.ts'
import { newToken } from './token.ts'

const HOME = '192.0.2.1'

async function example() {
  const people = await openPeople()
  const reads = { count: 0 }
  const store: typeof people.store = {
    ...people.store,
    read(work) {
      reads.count += 1
      return people.store.read(work)
    },
  }
  const open = () => new Auth({
    store, directory: new Directory(store), clock: people.clock, log: silentLog,
    permissionsOf: account => new Set([`${String(account['name'])}Permission`]),
  })
  const domainId = await people.domain('example.org')
  const addresses = ['jane@example.org', 'j@example.org']
  const jane = await people.account(domainId, addresses, { credentials: passwords('wonderful') })
  return { people, reads, open, auth: open(), domainId, jane }
}

const failed = (error: unknown) => hasCode(error, 'auth/failed')
const limited = (error: unknown) => hasCode(error, 'auth/rate-limited')

test('a password gives the principal with its permissions; anything else is refused alike', async () => {
  const { auth, jane } = await example()
  const principal = { accountId: jane, name: 'jane@example.org', permissions: new Set(['janePermission']) }
  for (const name of ['jane', 'JANE@example.org', 'j@example.org']) {
    assert.deepEqual(await auth.basic(name, 'wonderful', HOME), principal)
  }
  await assert.rejects(auth.basic('jane', 'Wonderful', HOME), failed)
  await assert.rejects(auth.basic('jane', '', HOME), failed)
  await assert.rejects(auth.basic('jane', 'w\ud800', HOME), failed)
  await assert.rejects(auth.basic('jane', 'x'.repeat(1_000_000), HOME), failed)
  await assert.rejects(auth.basic('john', 'wonderful', HOME), failed)
  await assert.rejects(auth.basic('', '', HOME), failed)
  await assert.rejects(auth.basic('x'.repeat(1_000_000), 'wonderful', HOME), failed)
  await assert.rejects(auth.bearer('wonderful', HOME), failed)
})

test('an account may have several passwords, or none', async () => {
  const { people, auth, domainId } = await example()
  await people.account(domainId, ['two@example.org'], { credentials: passwords('first', 'second') })
  await people.account(domainId, ['team@example.org'], { '@type': 'Group' })
  await auth.basic('two', 'first', HOME)
  await auth.basic('two', 'second', HOME)
  await assert.rejects(auth.basic('team', 'first', HOME), failed)
})

test('an unknown name costs as much as a wrong password', async () => {
  const { people, auth, domainId } = await example()
  const credentials = { 0: { '@type': 'Password', secret: await hashSecret('right') } }
  await people.account(domainId, ['real@example.org'], { credentials })
  const fastest = async (user: string) => {
    const times: number[] = []
    for (const guess of ['a', 'b', 'c']) {
      const before = performance.now()
      await assert.rejects(auth.basic(user, guess, HOME), failed)
      times.push(performance.now() - before)
    }
    return Math.min(...times)
  }
  const [known, unknown] = [await fastest('real'), await fastest('nobody')]
  assert.ok(unknown > known / 3, `${unknown} ms for nobody, ${known} ms for somebody`)
})

test('a remembered credential costs one read of the counters, for five minutes', async () => {
  const { people, auth, reads } = await example()
  await auth.basic('jane', 'wonderful', HOME)
  reads.count = 0
  await auth.basic('jane', 'wonderful', HOME)
  assert.equal(reads.count, 1)
  reads.count = 0
  await Promise.all(Array.from({ length: 1_000 }, () => auth.basic('jane', 'wonderful', HOME)))
  assert.equal(reads.count, 2, 'the running read is not shared by those who came after it, the next one is')
  await people.clock.advance(5 * 60_000)
  reads.count = 0
  await auth.basic('jane', 'wonderful', HOME)
  assert.ok(reads.count > 1)
})

test('a change of the account counts at once, one of another account costs only a look', async () => {
  const { people, auth, domainId, jane, reads } = await example()
  await auth.basic('jane', 'wonderful', HOME)
  const john = await people.account(domainId, ['john@example.org'], { credentials: passwords('x') })
  reads.count = 0
  await auth.basic('jane', 'wonderful', HOME)
  assert.equal(reads.count, 2)
  await people.change('Account', john, { description: 'changed' })

  await people.change('Account', jane, { credentials: passwords('marvellous') })
  await assert.rejects(auth.basic('jane', 'wonderful', HOME), failed)
  await auth.basic('jane', 'marvellous', HOME)
  await people.change('Account', jane, { credentials: passwords('wonderful') })
  await auth.basic('jane', 'wonderful', HOME)
  await assert.rejects(auth.basic('jane', 'marvellous', HOME), failed)

  await people.change('Domain', domainId, { isEnabled: false })
  await assert.rejects(auth.basic('jane', 'wonderful', HOME), failed)
  await people.change('Domain', domainId, { isEnabled: true })
  await auth.basic('jane', 'wonderful', HOME)
  await people.store.transact(({ objects }) => objects.remove('Account', jane))
  await assert.rejects(auth.basic('jane', 'wonderful', HOME), failed)
})

test('an account is what it is now, also for who proved elsewhere to be it', async () => {
  const { people, auth, domainId, jane, reads } = await example()
  const name = 'jane@example.org'
  assert.deepEqual(await auth.account(jane), { accountId: jane, name, permissions: new Set(['janePermission']) })
  reads.count = 0
  await auth.account(jane)
  assert.equal(reads.count, 1, 'nothing changed: only the counters are read')
  await people.change('Account', jane, { name: 'janet' })
  assert.deepEqual((await auth.account(jane))?.permissions, new Set(['janetPermission']))
  await people.change('Domain', domainId, { name: 'example.net' })
  assert.equal((await auth.account(jane))?.name, 'janet@example.net')
  await people.change('Domain', domainId, { isEnabled: false })
  assert.equal(await auth.account(jane), null)
  await people.change('Domain', domainId, { isEnabled: true })
  assert.equal((await auth.account(jane))?.accountId, jane)
  await people.store.transact(({ objects }) => objects.remove('Account', jane))
  assert.equal(await auth.account(jane), null)
  assert.equal(await auth.account('0000000000000'), null)
})

test('a change while the password is being verified is seen by the next login', async () => {
  const { people, auth, jane } = await example()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('old') } }
  await people.change('Account', jane, { credentials: slow })
  const before = auth.basic('jane', 'old', HOME)
  await people.change('Account', jane, { credentials: passwords('new') })
  const after = auth.basic('jane', 'old', HOME)
  await assert.rejects(after, failed)
  await before.catch(error => { assert.ok(failed(error)) })
  await assert.rejects(auth.basic('jane', 'old', HOME), failed)
})

test('logins with one credential share one verification', async () => {
  const { people, auth, jane } = await example()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('slow') } }
  await people.change('Account', jane, { credentials: slow })
  // More than run and wait at once: were each verified alone, some would be turned away.
  const principals = await Promise.all(Array.from({ length: 300 }, () => auth.basic('jane', 'slow', HOME)))
  assert.ok(principals.every(({ accountId }) => accountId === jane))
})

test('one source cannot fill the line for the others', async () => {
  const { people, auth, jane } = await example()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('slow') } }
  await people.change('Account', jane, { credentials: slow })
  const words = Array.from({ length: 100 }, (_, guess) => `guess ${guess}`)
  const guesses = words.map(word => auth.basic('jane', word, '198.51.100.1'))
  const login = auth.basic('jane', 'slow', HOME)
  const ends = await Promise.allSettled(guesses)
  assert.equal(ends.filter(end => end.status === 'rejected' && limited(end.reason)).length, 84)
  assert.equal((await login).accountId, jane)
})

test('too many different guesses for one name close it, whether or not it exists', async () => {
  const { people, auth } = await example()
  await auth.basic('jane', 'wonderful', HOME)
  for (const name of ['jane', 'nobody']) {
    for (let guess = 0; guess < FAILURES_PER_NAME_MAX; guess++) {
      await assert.rejects(auth.basic(name, `guess ${guess}`, `198.51.100.${guess}`), failed)
    }
    await assert.rejects(auth.basic(name, 'one more', '203.0.113.1'), limited)
  }
  await assert.rejects(auth.basic('j@example.org', 'wonderful', '203.0.113.1'), error => {
    assert.ok(hasCode(error, 'auth/rate-limited'))
    assert.equal(error.details['retryAfterMs'], FAILURE_WINDOW_MS)
    return true
  }, 'another name of the same account')
  await auth.basic('jane', 'wonderful', HOME)
  await people.clock.advance(FAILURE_WINDOW_MS)
  await auth.basic('jane', 'wonderful', HOME)
})

test('too many guesses from one source close it for new logins there; other nodes know', async () => {
  const { people, auth, open, domainId } = await example()
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
  const { people, auth } = await example()
  for (let again = 0; again < 3 * FAILURES_PER_SOURCE_MAX; again++) {
    await assert.rejects(auth.basic('jane', 'last year’s', HOME), failed)
    await people.clock.advance(1_000)
  }
  await auth.basic('jane', 'wonderful', HOME)
})

test('a token works until it expires or is removed, from where it is allowed', async () => {
  const { people, auth, jane } = await example()
  const { token, stored } = newToken({ accountId: jane, credentialId: 'b' })
  const other = newToken({ accountId: jane, credentialId: 'a' })
  const key = {
    '@type': 'ApiKey', credentialId: 'b', secret: stored,
    expiresAt: new Date(people.clock.now() + 3_600_000).toISOString(),
    allowedIps: { '10.0.0.0/8': true, '2001:db8::1': true },
  }
  await people.change('Account', jane, { credentials: { ...passwords('x'), 7: key } })
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1']) {
    assert.equal((await auth.bearer(token, address)).accountId, jane)
  }
  for (const address of ['11.1.2.3', '2001:db8::2', 'nonsense', '']) {
    await assert.rejects(auth.bearer(token, address), failed, address)
  }
  for (const wrong of [other.token, token.slice(0, -1), `${token}0`, stored, cheapHash('x'), 'x', '']) {
    await assert.rejects(auth.bearer(wrong, '10.1.2.3'), failed)
  }
  await assert.rejects(auth.basic('jane', token, '10.1.2.3'), failed, 'a token is no password')
  await people.clock.advance(3_600_000)
  await assert.rejects(auth.bearer(token, '10.1.2.3'), failed)

  await people.change('Account', jane, { credentials: { 7: { ...key, expiresAt: null, allowedIps: {} } } })
  await auth.bearer(token, '11.1.2.3')
  await people.change('Account', jane, { credentials: {} })
  await assert.rejects(auth.bearer(token, '11.1.2.3'), failed)
})

test('what cannot be read in a stored credential refuses', async () => {
  const { people, auth, jane } = await example()
  const broken = [
    { credentials: 'x' }, { credentials: { 0: 'x' } }, { credentials: { 0: { '@type': 'Password' } } },
    { credentials: { 0: { '@type': 'Password', secret: 5 } } },
    { credentials: { 0: { secret: cheapHash('p') } } },
    { credentials: { 0: { '@type': 'Password', secret: cheapHash('p'), expiresAt: 'soon' } } },
    { credentials: { 0: { '@type': 'Password', secret: cheapHash('p'), allowedIps: { nowhere: true } } } },
  ]
  for (const fields of broken) {
    await people.change('Account', jane, fields)
    await assert.rejects(auth.basic('jane', 'p', HOME), failed, JSON.stringify(fields))
  }
  await people.change('Account', jane, { credentials: passwords('p') })
  await auth.basic('jane', 'p', HOME)
})
