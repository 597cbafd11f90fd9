import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'

describe('Domain', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })

  it('has its names in lower case and ASCII', async () => {
    const id = await test.create('Domain', { name: 'Bücher.Example.', aliases: ['ALT.example'] })
    const domain = await test.get('Domain', id)
    assert.deepEqual(
      [domain['name'], domain['aliases'], domain['createdAt']],
      ['xn--bcher-kva.example', { 'alt.example': true }, '2026-01-01T00:00:00Z'],
    )
    for (const name of ['bücher.example', 'XN--BCHER-KVA.example']) assert.deepEqual(await test.query('Domain', { filter: { name } }), [id])
  })
  it('is found by its alias', async () => {
    const id = await test.create('Domain', { name: 'a.example', aliases: ['b.example'] })
    assert.deepEqual(
      await test.store.read(tx =>
        tx.objects.query('Domain', { where: [{ field: 'alias', value: 'b.example' }], ascending: true, limit: 2 }),
      ),
      [id],
    )
  })
  it('shares no name and no alias with another one', async () => {
    await test.create('Domain', { name: 'a.example', aliases: ['b.example'] })
    for (const body of [
      { name: 'A.example' },
      { name: 'b.example' },
      { name: 'c.example', aliases: ['a.example'] },
      { name: 'c.example', aliases: ['b.example'] },
    ]) {
      assert.equal((await test.refused('Domain', body))['type'], 'primaryKeyViolation', JSON.stringify(body))
    }
    assert.equal((await test.refused('Domain', { name: 'c.example', aliases: ['c.example'] }))['type'], 'validationFailed')
  })
  it('refuses what is no name', async () => {
    for (const name of ['', 'a b', 'a..b', '-', 'a/b', `${'a'.repeat(64)}.example`, 'x@y.example'])
      assert.equal((await test.refused('Domain', { name }))['type'], 'validationFailed', name)
    assert.deepEqual((await test.refused('Domain', { name: 'a.example', aliases: ['a b'] }))['properties'], ['aliases/a b'])
    assert.deepEqual((await test.refused('Domain', { name: 'a.example', catchAllAddress: 'nobody' }))['properties'], ['catchAllAddress'])
  })
  it('is found by words of its names, as people write them, and of its description', async () => {
    const id = await test.create('Domain', { name: 'bücher.example', aliases: ['books.example'], description: 'Second-hand shop' })
    for (const text of ['bücher', 'bucher', 'xn', 'books', 'hand shop', 'example']) {
      assert.deepEqual(await test.query('Domain', { filter: { text } }), [id], text)
    }
    assert.deepEqual(await test.query('Domain', { filter: { text: 'ooks' } }), [])
  })
  it('keeps its name while accounts have addresses in it', async () => {
    const id = await test.create('Domain', { name: 'a.example' })
    await test.update('Domain', id, { name: 'b.example' })
    const account = await test.create('Account', { '@type': 'User', name: 'jane', domainId: id })
    const error = await test.refusedUpdate('Domain', id, { name: 'c.example' })
    assert.deepEqual(
      [error['type'], error['properties'], error['linkedObjects']],
      ['objectIsLinked', ['name'], [{ object: 'Account', id: account }]],
    )
    await test.update('Domain', id, { isEnabled: false, 'aliases/c.example': true, subAddressing: { '@type': 'Disabled' } })
    assert.equal((await test.get('Domain', id))['isEnabled'], false)
  })
})
