import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { RotaError } from '../../errors.ts'
import { HOME, failed, loginWorld } from '../../../test/support/login-world.ts'
import { cheapHash } from '../../../test/support/people.ts'
import { keyUseKey } from '../../registry/objects/api-key.ts'
import { Directory } from '../directory/directory.ts'
import { Auth } from './auth.ts'
import { newToken, parseToken } from './token.ts'

test('a key logs its account in until it expires or is destroyed, from where it is allowed', async () => {
  const { people, auth, jane, domainId } = await loginWorld()
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
  const { people, auth, jane, domainId } = await loginWorld()
  const john = await people.account(domainId, ['john@example.org'])
  const { id, token } = await people.apiKey(jane)
  await people.change('ApiKey', id, { accountId: john })
  await assert.rejects(auth.bearer(token, HOME), failed)
})

test('a key may do what its account may, or less; a change of either counts at once on every node', async () => {
  const { people, open, auth, jane, domainId } = await loginWorld()
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
  const { people, auth, jane, reads } = await loginWorld()
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

test('the use of a key is noted once an hour, and what is refused is no use', async () => {
  const { people, open, auth, jane } = await loginWorld()
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
  const { people, jane } = await loginWorld()
  const { token } = await people.apiKey(jane)
  const store = { read: people.store.read, transact: () => Promise.reject(new RotaError('store/full', 'no room')) }
  const auth = new Auth({ store, directory: new Directory(store), clock: people.clock, log: silentLog, permissionsOf: () => new Set() })
  assert.equal((await auth.bearer(token, HOME)).accountId, jane)
})
