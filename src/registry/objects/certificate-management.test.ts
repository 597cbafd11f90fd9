import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { KEYS } from '../key-families.ts'

async function world() {
  const test = await openRegistry()
  const provider = () => test.create('AcmeProvider', { contact: { 'hostmaster@example.org': true } })
  const [one, other] = [await provider(), await provider()]
  const id = await test.create('Domain', { name: 'example.org', aliases: { 'example.net': true } })
  return { test, one, other, id }
}
const automatic = (acmeProviderId: Id, ...names: string[]): JsonObject => ({
  certificateManagement: { '@type': 'Automatic', acmeProviderId, subjectAlternativeNames: Object.fromEntries(names.map(name => [name, true])) },
})
const renewals = async ({ store }: TestRegistry) => {
  const ids = await store.read(tx => tx.tasks.query({ variants: ['AcmeRenewal'] }, { order: { property: 'createdAt', ascending: true }, limit: 10 }))
  return (await store.read(tx => tx.tasks.get(ids))).map(({ payload, due, domainId }) => ({ payload, due, domainId }))
}

describe('certificates of a domain', () => {
  it('are looked after by hand until somebody says otherwise', async () => {
    const { test, id } = await world()
    assert.deepEqual((await test.get('Domain', id))['certificateManagement'], { '@type': 'Manual' })
    assert.deepEqual(await renewals(test), [])
  })

  it('have one task from the moment that they are renewed here: the next change asks for it to be earlier', async () => {
    const { test, one, other, id } = await world()
    await test.update('Domain', id, automatic(one))
    const now = test.clock.now()
    const expected = [{ payload: { domainId: id }, due: now, domainId: id }]
    assert.deepEqual(await renewals(test), expected)
    for (const change of [automatic(one, 'mail.example.org'), automatic(other, 'mail.example.org')]) {
      // As if it had run: its successor waits for weeks.
      await test.store.transact(async tx => {
        const [task] = await tx.tasks.query({ variants: ['AcmeRenewal'] }, { order: { property: 'createdAt', ascending: true }, limit: 1 })
        assert.ok(task)
        const [row] = await tx.tasks.get([task])
        await tx.tasks.edit(task, row?.version ?? 0, { state: { status: 'Pending', due: now + 9_999_999, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } })
      })
      await test.update('Domain', id, { description: 'nothing about certificates' })
      assert.equal((await renewals(test))[0]?.due, now + 9_999_999)
      await test.update('Domain', id, change)
      assert.deepEqual(await renewals(test), expected)
    }
    const created = await test.create('Domain', { name: 'example.com', ...automatic(one) })
    assert.deepEqual((await renewals(test)).map(({ domainId }) => domainId), [id, created])
  })

  it('have names in the domain or its aliases only, as everybody writes them', async () => {
    const { test, one, id } = await world()
    await test.update('Domain', id, automatic(one, 'Mail.EXAMPLE.org', 'example.net', '*.example.org', 'bücher.example.org'))
    const { subjectAlternativeNames } = (await test.get('Domain', id))['certificateManagement'] as JsonObject
    assert.deepEqual(Object.keys(subjectAlternativeNames ?? {}).toSorted(), ['*.example.org', 'example.net', 'mail.example.org', 'xn--bcher-kva.example.org'])
    for (const name of ['other.example', 'badexample.org', 'org', '192.0.2.1', 'mail example.org', '*.*.example.org', '-.example.org']) {
      const error = await test.refusedUpdate('Domain', id, automatic(one, name))
      assert.equal(error['type'], 'validationFailed', name)
      assert.match(String(error['properties']), /^certificateManagement\/subjectAlternativeNames/, name)
    }
  })

  it('need an authority that is there, and keep it', async () => {
    const { test, one, id } = await world()
    assert.equal((await test.refusedUpdate('Domain', id, automatic('0000000000000')))['type'], 'invalidForeignKey')
    await test.update('Domain', id, automatic(one))
    const refused = (await test.call('AcmeProvider/set', { destroy: [one] }))['notDestroyed'] as JsonObject
    assert.equal((refused[one] as JsonObject)['type'], 'objectIsLinked')
  })

  it('leave no order behind when they are not renewed here any more', async () => {
    const { test, one, id } = await world()
    const order = KEYS.acmeOrder.prefix + id
    const shelf = KEYS.acmeCertificate.prefix + id
    const put = () => test.store.transact(async ({ keys }) => { for (const key of [order, shelf]) await keys.put(key, {}, null) })
    const left = async () => (await test.store.read(({ keys }) => keys.list('acme-', 10))).map(({ key }) => key)
    await test.update('Domain', id, automatic(one))
    await put()
    await test.update('Domain', id, { certificateManagement: { '@type': 'Manual' } })
    assert.deepEqual(await left(), [shelf])
    await test.update('Domain', id, automatic(one))
    await put()
    await test.call('Domain/set', { destroy: [id] })
    assert.deepEqual(await left(), [])
  })
})
