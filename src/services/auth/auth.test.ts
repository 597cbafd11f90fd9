import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { silentLog } from '../../base/log.ts'
import { RotaError } from '../../errors.ts'
import { HOME, failed, loginWorld } from '../../../test/support/login-world.ts'
import { cheapHash, openPeople, passwords } from '../../../test/support/people.ts'
import { Directory } from '../directory/directory.ts'
import { Auth } from './auth.ts'
import { hashSecret } from './secret.ts'

test('a password gives the principal with its permissions; anything else is refused alike', async () => {
  const { auth, jane } = await loginWorld()
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
  const { people, auth, open, domainId, jane } = await loginWorld()
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
  const { people, auth, domainId } = await loginWorld()
  await people.account(domainId, ['two@example.org'], { credentials: passwords('first', 'second') })
  await people.account(domainId, ['team@example.org'], { '@type': 'Group' })
  await auth.basic('two', 'first', HOME)
  await auth.basic('two', 'second', HOME)
  await assert.rejects(auth.basic('team', 'first', HOME), failed)
})

test('an unknown name costs as much as a wrong password', async () => {
  const { people, auth, domainId } = await loginWorld()
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
  const { people, auth, reads } = await loginWorld()
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
  const { people, auth, domainId, jane, reads } = await loginWorld()
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
  const { people, auth, domainId, jane, reads } = await loginWorld()
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
  const { people, reads, auth, jane } = await loginWorld()
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
  const { people, auth, jane } = await loginWorld()
  const slow = { 0: { '@type': 'Password', secret: await hashSecret('slow') } }
  await people.change('Account', jane, { credentials: slow })
  // More than run and wait at once: were each verified alone, some would be turned away.
  const principals = await Promise.all(Array.from({ length: 300 }, () => auth.basic('jane', 'slow', HOME)))
  assert.ok(principals.every(({ accountId }) => accountId === jane))
})

test('what cannot be read in a stored credential refuses', async () => {
  const { people, auth, jane } = await loginWorld()
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
