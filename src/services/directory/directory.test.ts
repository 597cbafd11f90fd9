import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPeople } from '../../../test/support/people.ts'
import { Directory } from './directory.ts'

async function example() {
  const people = await openPeople()
  const directory = new Directory(people.store)
  const to = async (address: string) => (await directory.recipient(address))?.accountId ?? null
  return { people, directory, to }
}

test('a recipient is found by address, alias, domain alias and tag, in whatever spelling', async () => {
  const { people, to } = await example()
  const domain = await people.domain('xn--bcher-kva.example', { aliases: { 'books.example': true } })
  const jane = await people.account(domain, ['jane@bücher.example', 'j.doe@bücher.example'])
  for (const address of [
    'jane@bücher.example', 'JANE@BÜCHER.EXAMPLE', 'jane@xn--bcher-kva.example', '"jane"@bücher.example.',
    'j.doe@bücher.example', 'jane@books.example', 'jane+news@bücher.example', 'Jane+a+b@Books.Example',
  ]) assert.equal(await to(address), jane, address)
  for (const address of [
    'john@bücher.example', 'jane@other.example', '+jane@bücher.example', '__proto__@bücher.example',
    'jane', '', '@', 'jane@', 'x'.repeat(100_000), 'jane@bücher.example\0', 'jane\ud800@bücher.example',
  ]) assert.equal(await to(address), null, address.slice(0, 80))
})

test('an address with a tag that exists goes before the account without it', async () => {
  const { people, to } = await example()
  const domain = await people.domain('example.org')
  const jane = await people.account(domain, ['jane@example.org'])
  const list = await people.account(domain, ['jane+list@example.org'])
  assert.equal(await to('jane+list@example.org'), list)
  assert.equal(await to('jane+other@example.org'), jane)
})

test('a domain can refuse subaddresses', async () => {
  const { people, to } = await example()
  const jane = await people.account(
    await people.domain('example.org', { subAddressing: { '@type': 'Disabled' } }), ['jane@example.org'])
  assert.equal(await to('jane@example.org'), jane)
  assert.equal(await to('jane+tag@example.org'), null)
})

test('a catch-all takes what nobody has, once: two that name each other are nobody', async () => {
  const { people, to } = await example()
  const one = await people.domain('one.example', { catchAllAddress: 'All+one@two.example' })
  const two = await people.domain('two.example', { catchAllAddress: 'nobody@one.example' })
  const all = await people.account(two, ['all@two.example'])
  const jane = await people.account(one, ['jane@one.example'])
  assert.equal(await to('jane@one.example'), jane)
  assert.equal(await to('whoever@one.example'), all)
  assert.equal(await to('whoever@two.example'), null)
})

test('a disabled domain receives nothing, by its aliases and as a catch-all target neither', async () => {
  const { people, to } = await example()
  const off = await people.domain('off.example', { isEnabled: false, aliases: { 'away.example': true } })
  await people.account(off, ['jane@off.example'])
  await people.domain('on.example', { catchAllAddress: 'jane@off.example' })
  for (const address of ['jane@off.example', 'jane@away.example', 'x@on.example']) {
    assert.equal(await to(address), null, address)
  }
})

test('the quota is the disk quota, or none', async () => {
  const { people, directory } = await example()
  const domain = await people.domain('example.org')
  await people.account(domain, ['a@example.org'], { quotas: { maxDiskQuota: 5_000_000 } })
  await people.account(domain, ['b@example.org'], { quotas: { maxEmails: 3 } })
  const group = await people.account(domain, ['team@example.org'], { '@type': 'Group' })
  assert.equal((await directory.recipient('a@example.org'))?.quotaBytes, 5_000_000)
  assert.equal((await directory.recipient('b@example.org'))?.quotaBytes, null)
  assert.deepEqual(await directory.recipient('team@example.org'), { accountId: group, quotaBytes: null })
})

test('a recipient of a tenant knows how much all of it may store, if that is limited', async () => {
  const { people, directory } = await example()
  const [limited, unlimited] = [await people.tenant({ maxDiskQuota: 7_000 }), await people.tenant({ maxAccounts: 3 })]
  const domain = await people.domain('example.org')
  const a = await people.account(domain, ['a@example.org'], { memberTenantId: limited, quotas: { maxEmails: 3 } })
  const b = await people.account(domain, ['b@example.org'], { memberTenantId: unlimited })
  const c = await people.account(domain, ['c@example.org'], { memberTenantId: 'gone' })
  assert.deepEqual(await directory.recipient('a@example.org'),
    { accountId: a, quotaBytes: null, emailsMax: 3, tenant: { tenantId: limited, quotaBytes: 7_000 } })
  assert.deepEqual(await directory.recipient('b@example.org'), { accountId: b, quotaBytes: null })
  assert.deepEqual(await directory.recipient('c@example.org'), { accountId: c, quotaBytes: null })
})

test('a login knows its groups; what is none, elsewhere or disabled is not among them', async () => {
  const { people, directory } = await example()
  const tenant = await people.tenant({})
  const [on, off] = [await people.domain('on.example'), await people.domain('off.example', { isEnabled: false })]
  const group = (address: string, domain: string, more = {}) =>
    people.account(domain, [address], { '@type': 'Group', emailAddress: address, ...more })
  const groups = [
    await group('sales@on.example', on), await group('away@off.example', off),
    await group('theirs@on.example', on, { memberTenantId: tenant }), await people.account(on, ['john@on.example']), 'gone',
  ]
  const memberGroupIds = Object.fromEntries(groups.map(id => [id, true]))
  const jane = await people.account(on, ['jane@on.example'], { memberGroupIds })
  const sales = { accountId: groups[0], name: 'sales@on.example' }
  assert.deepEqual((await directory.login('jane'))?.groups, [sales])
  assert.deepEqual((await directory.loginById(jane))?.groups, [sales])
  await people.change('Account', jane, { memberTenantId: tenant })
  assert.deepEqual((await directory.loginById(jane))?.groups, [{ accountId: groups[2], name: 'theirs@on.example' }])
  await people.change('Account', jane, { '@type': 'Group' })
  assert.deepEqual((await directory.loginById(jane))?.groups, [])
})

test('a login is an address or a bare name that one account has', async () => {
  const { people, directory } = await example()
  const aliases = { 'eins.example': true } as const
  const one = await people.domain('one.example', { aliases, catchAllAddress: 'jane@one.example' })
  const two = await people.domain('two.example')
  const jane = await people.account(one, ['jane@one.example', 'doe@one.example'])
  const name = async (text: string) => (await directory.login(text))?.accountId ?? null
  for (const text of ['jane', 'JANE', 'jane@one.example', 'Jane@Eins.Example', 'doe@one.example']) {
    assert.equal(await name(text), jane, text)
  }
  for (const text of ['doe', 'jane+tag@one.example', 'other@one.example', '', '@', 'jane@', 'ja\0ne']) {
    assert.equal(await name(text), null, text)
  }
  const namesake = await people.account(two, ['jane@two.example'])
  assert.equal(await name('jane'), null, 'two accounts have the name')
  assert.equal(await name('jane@two.example'), namesake)
  assert.deepEqual((await directory.loginById(jane))?.domain.id, one)

  await people.change('Domain', one, { isEnabled: false })
  assert.equal(await name('jane@one.example'), null)
  assert.equal(await directory.loginById(jane), null)
})
