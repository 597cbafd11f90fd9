import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { hasCode, RotaError } from '../../errors.ts'
import { cheapHash, openPeople, passwords } from '../../../test/support/people.ts'
import { keyUseKey } from '../../registry/objects/api-key.ts'
import { Directory } from '../directory/directory.ts'
import { Auth } from './auth.ts'
import { FAILURES_PER_NAME_MAX, FAILURES_PER_SOURCE_MAX, FAILURE_WINDOW_MS } from './failures.ts'
import { hashSecret } from './secret.ts'
import { newToken, parseToken } from './token.ts'

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
  const permissions = new Set(['janePermission'])
  const principal = { accountId: jane, name: 'jane@example.org', permissions, via: 'password' }
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

test('groups and locale come with the login; who joins, leaves, or whose group is renamed, is known at once', async () => {
  const { people, auth, open, domainId, jane } = await example()
  const group = await people.account(domainId, ['sales@example.org'], { '@type': 'Group', emailAddress: 'sales@example.org' })
  const other = open()
  const groupsOf = async () => {
    const known = [await auth.basic('jane', 'wonderful', HOME), await other.account(jane)].map(principal => principal?.groups)
    assert.deepEqual(known[0], known[1])
    return known[0]
  }
  assert.equal(await groupsOf(), undefined)
  await people.change('Account', jane, { memberGroupIds: { [group]: true }, locale: 'de_AT' })
  assert.deepEqual(await groupsOf(), [{ accountId: group, name: 'sales@example.org' }])
  assert.equal((await auth.account(jane))?.locale, 'de_AT')
  await people.change('Account', group, { emailAddress: 'team@example.org' })
  assert.deepEqual(await groupsOf(), [{ accountId: group, name: 'team@example.org' }])
  await people.change('Account', jane, { memberGroupIds: {} })
  assert.equal(await groupsOf(), undefined)
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

test('a remembered password costs one read of the counters, until it was not used for five minutes', async () => {
  const { people, auth, reads } = await example()
  await auth.basic('jane', 'wonderful', HOME)
  for (let use = 0; use < 3; use++) {
    reads.count = 0
    await auth.basic('jane', 'wonderful', HOME)
    await auth.basic('jane', 'wonderful', HOME)
    assert.ok(reads.count <= 3, 'the counters twice, and when it is old the account')
    await people.clock.advance(4 * 60_000)
  }
  await auth.basic('jane', 'wonderful', HOME)
  reads.count = 0
  await Promise.all(Array.from({ length: 1_000 }, () => auth.basic('jane', 'wonderful', HOME)))
  assert.equal(reads.count, 1, 'who asks in one turn shares a read')
  await people.clock.advance(5 * 60_000)
  reads.count = 0
  await auth.basic('jane', 'wonderful', HOME)
  assert.ok(reads.count > 2)
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
  const { people, reads, auth, jane } = await example()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('old') } }
  await people.change('Account', jane, { credentials: slow })
  const asked = reads.count
  const before = auth.basic('jane', 'old', HOME)
  // The counters, the account, its failures: then it is verified.
  while (reads.count < asked + 3) await systemClock.breathe()
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

async function guess(auth: Auth, name: string, times: number, from: (guess: number) => string) {
  for (let each = 0; each < times; each++) {
    await assert.rejects(auth.basic(name, `guess ${each}`, from(each)), failed)
  }
}
const anywhere = (guess: number) => `198.51.100.${guess}`

test('too many different guesses for one name close it, whether or not it exists, whatever is tried then', async () => {
  const { people, auth } = await example()
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
  const { people, auth, open } = await example()
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
  const { people, auth, jane } = await example()
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

test('a store that takes no writes lets people in with the right password', async () => {
  const people = await openPeople()
  const store: typeof people.store = {
    ...people.store,
    transact: () => Promise.reject(new RotaError('store/full', 'no space is left')),
  }
  const auth = new Auth({
    store, directory: new Directory(store), clock: people.clock, log: silentLog, permissionsOf: () => new Set(),
  })
  const domainId = await people.domain('example.org')
  await people.account(domainId, ['jane@example.org'], { credentials: passwords('wonderful') })
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

test('a key logs its account in until it expires or is destroyed, from where it is allowed', async () => {
  const { people, auth, jane, domainId } = await example()
  const { id, token } = await people.apiKey(jane, {
    expiresAt: new Date(people.clock.now() + 3_600_000).toISOString(),
    allowedIps: { '10.0.0.0/8': true, '2001:db8::1': true },
  })
  const permissions = new Set(['janePermission'])
  const principal = { accountId: jane, name: 'jane@example.org', permissions, via: `apiKey:${id}` }
  for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1']) {
    assert.deepEqual(await auth.bearer(token, address), principal)
  }
  for (const address of ['11.1.2.3', '2001:db8::2', 'nonsense', '']) {
    await assert.rejects(auth.bearer(token, address), failed, address)
  }
  const john = await people.account(domainId, ['john@example.org'])
  const stored = (await people.store.read(tx => tx.objects.get('ApiKey', [id])))[0]?.body['secret']
  const wrong = [
    newToken({ accountId: jane, keyId: id }).token, newToken({ accountId: jane, keyId: jane }).token,
    token.replace(jane, john), token.slice(0, -1), `${token}0`, String(stored), cheapHash('x'), 'x', '',
  ]
  for (const other of wrong) await assert.rejects(auth.bearer(other, '10.1.2.3'), failed, other)
  await assert.rejects(auth.basic('jane', token, '10.1.2.3'), failed, 'a key is no password')
  await people.clock.advance(3_600_000)
  await assert.rejects(auth.bearer(token, '10.1.2.3'), failed)

  await people.change('ApiKey', id, { expiresAt: null, allowedIps: {} })
  await auth.bearer(token, '11.1.2.3')
  await people.store.transact(({ objects }) => objects.remove('ApiKey', id))
  await assert.rejects(auth.bearer(token, '11.1.2.3'), failed)
})

test('a key of somebody else\'s account counts for nobody', async () => {
  const { people, auth, jane, domainId } = await example()
  const john = await people.account(domainId, ['john@example.org'])
  const { id, token } = await people.apiKey(jane)
  await people.change('ApiKey', id, { accountId: john })
  await assert.rejects(auth.bearer(token, HOME), failed)
})

test('a key may do what its account may, or less; a change of either counts at once on every node', async () => {
  const { people, open, auth, jane, domainId } = await example()
  const other = open()
  const { id, token } = await people.apiKey(jane)
  const may = async () => {
    const [here, there] = [await auth.bearer(token, HOME), await other.bearer(token, HOME)]
    assert.deepEqual(here, there)
    return [...here.permissions]
  }
  const list = { permissions: { janePermission: true } }
  assert.deepEqual(await may(), ['janePermission'])
  await people.change('ApiKey', id, { permissions: { '@type': 'Disable', ...list } })
  assert.deepEqual(await may(), [])
  await people.change('ApiKey', id, { permissions: { '@type': 'Replace', ...list } })
  assert.deepEqual(await may(), ['janePermission'])
  await people.change('Account', jane, { name: 'janet' })
  assert.deepEqual(await may(), [], 'never more than the account')
  for (const rule of [{ '@type': 'Other' }, { '@type': 'Inherit ' }, {}, 'Inherit', null]) {
    await people.change('ApiKey', id, { permissions: rule })
    assert.deepEqual(await may(), [], JSON.stringify(rule))
  }
  await people.change('Domain', domainId, { isEnabled: false })
  for (const node of [auth, other]) await assert.rejects(node.bearer(token, HOME), failed)
})

test('a change of one key costs other keys a look, and passwords nothing', async () => {
  const { people, auth, jane, reads } = await example()
  const [one, two] = [await people.apiKey(jane), await people.apiKey(jane)]
  const all = () => Promise.all([auth.bearer(one.token, HOME), auth.basic('jane', 'wonderful', HOME)])
  await all()
  await people.change('ApiKey', two.id, { description: 'changed' })
  reads.count = 0
  await auth.basic('jane', 'wonderful', HOME)
  assert.equal(reads.count, 1)
  await auth.bearer(one.token, HOME)
  assert.equal(reads.count, 4, 'the counters, the key and its account')
  await auth.bearer(one.token, HOME)
  assert.equal(reads.count, 5)
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

test('the use of a key is noted once an hour, and what is refused is no use', async () => {
  const { people, open, auth, jane } = await example()
  const { token } = await people.apiKey(jane)
  const used = async () => (await people.store.read(({ keys }) => keys.get(keyUseKey(parseToken(token)?.keyId ?? ''))))?.['at'] ?? null
  await assert.rejects(auth.bearer(`${token.slice(0, -4)}0000`, HOME), failed)
  assert.equal(await used(), null)
  const first = people.clock.now()
  await auth.bearer(token, HOME)
  await people.clock.advance(59 * 60_000)
  await auth.bearer(token, HOME)
  assert.equal(await used(), first)
  await people.clock.advance(60_000)
  await auth.bearer(token, HOME)
  assert.equal(await used(), first + 60 * 60_000)
  await people.clock.advance(60_000)
  await open().bearer(token, HOME)
  assert.equal(await used(), first + 61 * 60_000, 'another node')
})

test('a key works while the store cannot note its use', async () => {
  const { people, jane } = await example()
  const { token } = await people.apiKey(jane)
  const store = { read: people.store.read, transact: () => Promise.reject(new RotaError('store/full', 'no room')) }
  const auth = new Auth({ store, directory: new Directory(store), clock: people.clock, log: silentLog, permissionsOf: () => new Set() })
  assert.equal((await auth.bearer(token, HOME)).accountId, jane)
})
