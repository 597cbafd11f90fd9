/** Which tasks clients may create: with every variant's work built, and as this version is. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openRegistry, openRegistryWithAllWork } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { JsonObject } from '../../base/json.ts'

const NOBODY = '0000000000000'
const CREATABLE = [
  'IndexDocument', 'UnindexDocument', 'IndexTrace', 'AccountMaintenance', 'TenantMaintenance', 'StoreMaintenance', 'SpamFilterMaintenance',
  'AcmeRenewal', 'DkimManagement', 'DnsManagement',
  // The last one, because its account is gone then.
  'DestroyAccount',
]

/** Of each variant a body that is right, and the references in it. */
async function bodies(test: TestRegistry): Promise<Record<string, { body: JsonObject; references: Record<string, string> }>> {
  const domainId = await test.create('Domain', { name: 'example.org' })
  const tenantId = await test.create('Tenant', { name: 'somebody' })
  const accountId = await test.create('Account', { '@type': 'User', name: 'jane', domainId })
  const traceId = test.ids.next()
  await test.store.transact(tx => tx.traces.put([{ id: traceId, from: '', recipients: [], size: 0, events: [] }]))
  const document = { body: { accountId, documentId: 'd', documentType: 'email' }, references: { accountId: 'Account' } }
  const domain = { body: { domainId }, references: { domainId: 'Domain' } }
  return {
    IndexDocument: document, UnindexDocument: document,
    IndexTrace: { body: { traceId }, references: { traceId: 'Trace' } },
    AccountMaintenance: { body: { accountId, maintenanceType: 'reindex' }, references: { accountId: 'Account' } },
    TenantMaintenance: { body: { tenantId, maintenanceType: 'recalculateQuota' }, references: { tenantId: 'Tenant' } },
    StoreMaintenance: { body: { maintenanceType: 'reindexAccounts' }, references: {} },
    SpamFilterMaintenance: { body: { maintenanceType: 'train' }, references: {} },
    AcmeRenewal: domain, DkimManagement: domain,
    DnsManagement: { body: { domainId, updateRecords: ['mx', 'spf'] }, references: { domainId: 'Domain' } },
    DestroyAccount: { body: { accountName: 'jane', accountDomainId: domainId }, references: { accountDomainId: 'Domain' } },
  }
}

describe('creation of tasks when all work is built', () => {
  it('is open to clients for eleven variants, and forbidden with the reason for the others', async () => {
    const test = await openRegistryWithAllWork()
    const all = await bodies(test)
    const variants = test.catalogue.variants.values().toArray()
    assert.deepEqual(variants.filter(({ creatable }) => creatable === true).map(({ name }) => name).toSorted(), CREATABLE.toSorted())
    for (const { name, creatable } of variants) {
      if (creatable === true) continue
      assert.deepEqual(await test.refused('Task', { '@type': name }), { type: 'forbidden', description: creatable.forbidden })
    }
    for (const name of CREATABLE) {
      const id = await test.create('Task', { '@type': name, ...all[name]?.body })
      const [row] = await test.store.read(tx => tx.tasks.get([id]))
      assert.deepEqual([row?.variant, row?.status, row?.due], [name, 'Pending', test.clock.now()], name)
    }
  })
  it('needs everything that it names to be there', async () => {
    const test = await openRegistryWithAllWork()
    for (const [name, { body, references }] of Object.entries(await bodies(test))) {
      for (const [property, object] of Object.entries(references)) {
        const error = await test.refused('Task', { '@type': name, ...body, [property]: NOBODY })
        assert.deepEqual([error['type'], error['properties'], error['objectId']],
          ['invalidForeignKey', [property], { object, id: NOBODY }], `${name}/${property}`)
      }
    }
  })
  it('is the only moment at which a task is told what it is about', async () => {
    const test = await openRegistryWithAllWork()
    for (const [name, { body }] of Object.entries(await bodies(test))) {
      if (name === 'DestroyAccount') continue
      const id = await test.create('Task', { '@type': name, ...body })
      const fields = test.catalogue.variants.get(name)?.fields as Readonly<Record<string, { readonly update: string }>>
      for (const property of Object.keys(fields).filter(each => fields[each]?.update === 'immutable')) {
        const error = await test.refusedUpdate('Task', id, { [property]: 'other' })
        assert.ok(['invalidPatch', 'validationFailed'].includes(String(error['type'])), `${name}/${property}: ${JSON.stringify(error)}`)
      }
    }
  })
})

describe('creation of tasks in this version', () => {
  it('is forbidden, with the reason, where the work is not built', async () => {
    const test = await openRegistry()
    const all = await bodies(test)
    let planned = 0
    for (const name of CREATABLE) {
      const variant = test.catalogue.variants.get(name) ?? assert.fail(name)
      const { body } = all[name] ?? assert.fail(name)
      if ('notBuilt' in variant) {
        planned++
        assert.deepEqual(await test.refused('Task', { '@type': name, ...body }), { type: 'forbidden', description: variant.notBuilt })
      } else {
        await test.create('Task', { '@type': name, ...body })
      }
    }
    assert.ok(planned < CREATABLE.length)
  })
})
