/** Index entries that the registry writes and lookups of the directory must agree to the letter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import { Directory } from './directory.ts'

test('accounts and domains that were created through the registry are found', async () => {
  const registry = await openRegistry()
  const directory = new Directory(registry.store)
  const aliases = { 'books.example.': true }
  const domainId = await registry.create('Domain', { name: 'Bücher.Example', aliases })
  const otherId = await registry.create('Domain', { name: 'other.example' })
  const jane = await registry.create('Account', {
    '@type': 'User', name: 'Jane.Doe', domainId, quotas: { maxDiskQuota: 5_000 },
    aliases: {
      0: { name: 'Sales', domainId: otherId, enabled: true },
      1: { name: 'old', domainId, enabled: false },
    },
  })
  const team = await registry.create('Account', { '@type': 'Group', name: 'team', domainId })
  for (const address of [
    'jane.doe@bücher.example', 'JANE.DOE@XN--BCHER-KVA.EXAMPLE', 'jane.doe+tag@books.example',
    'sales@other.example',
  ]) assert.deepEqual(await directory.recipient(address), { accountId: jane, quotaBytes: 5_000 }, address)
  assert.deepEqual(await directory.recipient('team@books.example'), { accountId: team, quotaBytes: null })
  for (const address of ['old@bücher.example', 'sales@bücher.example', 'jane.doe@other.example']) {
    assert.equal(await directory.recipient(address), null, address)
  }
  for (const name of ['JANE.doe', 'jane.doe@Books.example', 'sales@other.example']) {
    assert.equal((await directory.login(name))?.accountId, jane, name)
  }

  await registry.update('Domain', otherId, { catchAllAddress: 'jane.doe@bücher.example' })
  assert.equal((await directory.recipient('anybody@other.example'))?.accountId, jane)
  await registry.update('Domain', domainId, { isEnabled: false })
  assert.equal(await directory.recipient('anybody@other.example'), null)
  assert.equal(await directory.login('jane.doe'), null)
})
