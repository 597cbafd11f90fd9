/** Tasks of an account's life, interrupted at every step of their work: the end is the same, however it went. */
import assert from 'node:assert/strict'
import { DUE_NEVER } from '../../src/engine/ports/task.ts'
import { keepAccount } from '../../src/registry/objects/account-archive.ts'
import { ARCHIVED_ITEM, archivedItemEntries, type ArchivedEmail } from '../../src/registry/objects/archived-item.ts'
import { dataRetention } from '../../src/registry/objects/data-retention.ts'
import { SINGLETON_ID } from '../../src/registry/schema/object.ts'
import { EMAIL, idOf, MAILBOX, THREAD } from '../../src/services/mailstore/mailstore.ts'
import { EXPIRING, overSince } from '../../src/services/upkeep/expiring.ts'
import { letterMail, partition } from '../support/conversations.ts'
import { sameEndHowever, type World } from '../support/interruptions.ts'
import { ANN, BOB } from '../support/mail-world.ts'
import { plainMail } from '../support/mail-samples.ts'

const TENANT = '00000000000te'
const DAY_MS = 86_400_000
const OLDEST = { order: { property: 'createdAt', ascending: true }, limit: 100 } as const

/** Ann and Bob, of one tenant, with three messages each. */
async function mailOfTwo({ store, delivery, mailStore, clock }: World): Promise<void> {
  for (const { accountId } of [ANN, BOB]) {
    await store.transact(async tx => {
      const index = [{ field: 'memberTenantId', value: TENANT, unique: false }]
      await tx.objects.insert('Account', accountId, { '@type': 'User', name: accountId, memberTenantId: TENANT }, index, [])
      await mailStore.countFor(tx, accountId, TENANT)
    })
  }
  for (let nth = 0; nth < 3; nth++) {
    await delivery.deliver({ recipients: [ANN, BOB], content: plainMail(`heron ${nth}`, { messageId: `${nth}@example.org` }) })
    await clock.advance(1_000)
  }
}

/** What people see of an account's mail: without ids that each run draws anew. */
function seen({ store, mailStore }: World, accountId: string) {
  return store.read(async tx => {
    const ids = await tx.documents.list(accountId, EMAIL, 100)
    const emails = await mailStore.emails(tx, accountId, ids)
    return {
      emails: emails.map(({ record: { subject, size, receivedAt, mailboxIds, keywords } }) => ({ subject, size, receivedAt, mailboxIds, keywords })),
      threads: (await tx.documents.list(accountId, THREAD, 100)).length,
      mailboxes: (await tx.documents.list(accountId, MAILBOX, 100)).length,
      indexed: (await tx.search.query(accountId, EMAIL, { kind: 'term', anyOf: ['heron'] }, 100)).length,
      usage: (await tx.usage.get([accountId])).get(accountId),
      tenant: (await tx.usage.get([TENANT])).get(TENANT),
      collections: await tx.documents.collections(accountId),
      blobs: await Promise.all(emails.map(({ record }) => tx.blobs.size(record.blobId))),
    }
  })
}
/** What was queued when the mail came would do the work of the tasks that are tested. */
async function dropTasks({ store }: World): Promise<void> {
  await store.transact(async tx => { for (const id of await tx.tasks.query({}, OLDEST)) await tx.tasks.destroy(id) })
}
const seenOfBoth = async (world: World) => Promise.all([ANN, BOB].map(({ accountId }) => seen(world, accountId)))

/** Of a message that Ann alone has. */
let hers = ''

sameEndHowever('DestroyAccount', {
  async prepare(world) {
    await mailOfTwo(world)
    const { accountId } = ANN
    await world.delivery.deliver({ recipients: [ANN], content: plainMail('a heron of hers', { messageId: 'hers@example.org' }) })
    const documents = await world.store.read(({ documents }) => documents.list(accountId, EMAIL, 100))
    await world.indexing.index(documents.map(documentId => ({ accountId, documentId })), new AbortController().signal)
    await world.store.transact(async tx => {
      const newest = (await world.mailStore.emails(tx, accountId, documents)).at(-1)
      hers = newest?.record.blobId ?? assert.fail()
      await tx.objects.remove('Account', accountId)
      await keepAccount(tx, accountId, { '@type': 'User', name: 'ann' })
    })
    return { variant: 'DestroyAccount', payload: { accountId, accountName: 'ann', accountDomainId: '00000000000do', accountType: 'User' } }
  },
  async state(world) {
    const [anns, bobs] = await seenOfBoth(world)
    assert(anns && bobs)
    const { tenant: _, ...left } = anns
    assert.deepEqual(left, { emails: [], threads: 0, mailboxes: 0, indexed: 0, usage: undefined, collections: [], blobs: [] })
    assert.equal(await world.store.read(({ blobs }) => blobs.size(hers)), null)
    assert.deepEqual([bobs.blobs.length, bobs.blobs.includes(null), bobs.indexed], [3, false, 3])
    return [anns, bobs]
  },
})

sameEndHowever('AccountMaintenance reindex', {
  handsOut: ['searchIndexing'],
  async prepare(world) {
    await mailOfTwo(world)
    await dropTasks(world)
    return { variant: 'AccountMaintenance', payload: { accountId: BOB.accountId, maintenanceType: 'reindex' } }
  },
  async state(world) {
    const both = await seenOfBoth(world)
    assert.deepEqual(both.map(({ indexed }) => indexed), [0, 3])
    return both
  },
})

for (const [variant, of] of [['AccountMaintenance', { accountId: BOB.accountId }], ['TenantMaintenance', { tenantId: TENANT }]] as const) {
  sameEndHowever(`${variant} recalculateQuota`, {
    async prepare(world) {
      await mailOfTwo(world)
      const wrong = { octets: 1_234, emails: -1 }
      await world.store.transact(async tx => {
        if (variant === 'AccountMaintenance') await tx.usage.add(BOB.accountId, wrong)
        await tx.usage.add(TENANT, wrong)
      })
      return { variant, payload: { ...of, maintenanceType: 'recalculateQuota' } }
    },
    async state(world) {
      const both = await seenOfBoth(world)
      assert.equal(both[0]?.tenant?.emails, 6)
      return both
    },
  })
}

sameEndHowever('MergeThreads', {
  async prepare(world) {
    await mailOfTwo(world)
    const { store, delivery } = world
    for (const [id, ...references] of [['a@x'], ['b@x'], ['b2@x', 'b@x'], ['c@x'], ['z@x', 'a@x', 'b@x', 'c@x']] as const) {
      await delivery.deliver({ recipients: [BOB], content: letterMail({ id, subject: 'heron', references }) })
    }
    return store.transact(async ({ tasks }) => {
      const [row] = await tasks.get(await tasks.query({ variants: ['MergeThreads'] }, { order: { property: 'createdAt', ascending: true }, limit: 2 }))
      assert(row)
      await tasks.destroy(row.id)
      return { variant: row.variant, payload: row.payload }
    })
  },
  async state(world) {
    const threads = await partition(world, BOB.accountId)
    assert.equal(threads.length, 4)
    return [threads, await seenOfBoth(world)]
  },
})

sameEndHowever('RestoreArchivedItem', {
  async prepare(world) {
    await mailOfTwo(world)
    const { store, mailStore } = world
    await store.transact(tx => tx.objects.insert(dataRetention.name, SINGLETON_ID, { archiveDeletedItemsFor: DAY_MS }, [], []))
    const { accountId } = ANN
    return store.transact(async tx => {
      const [id = ''] = await tx.documents.list(accountId, EMAIL, 1)
      const [email] = await mailStore.emails(tx, accountId, [id])
      assert(email)
      await mailStore.update(tx, accountId, account => account.change(id, email.record, { mailboxIds: { [idOf('archive')]: true }, keywords: { $seen: true } }))
      const [moved] = await mailStore.emails(tx, accountId, [id])
      assert(moved)
      await mailStore.update(tx, accountId, account => account.remove([moved]))
      const [item] = await tx.objects.get(ARCHIVED_ITEM, await tx.objects.query(ARCHIVED_ITEM, { where: [], ascending: true, limit: 1 }))
      assert(item)
      const asked = { ...item.body as ArchivedEmail, status: 'requestRestore' } as const
      await tx.objects.update(ARCHIVED_ITEM, item.id, item.version, asked, archivedItemEntries(asked), [])
      const { blobId, receivedAt, archivedUntil } = item.body
      return { variant: 'RestoreArchivedItem', payload: { accountId, archivedItemType: 'Email', blobId: String(blobId), createdAt: String(receivedAt), archivedUntil: String(archivedUntil) } }
    })
  },
  async state(world) {
    const both = await seenOfBoth(world)
    const restored = both[0]?.emails.filter(({ mailboxIds }) => mailboxIds[idOf('archive')]) ?? []
    assert.deepEqual(restored.map(({ keywords }) => keywords), [{ $seen: true }])
    const left = await world.store.read(({ objects }) => objects.count(ARCHIVED_ITEM, []))
    assert.equal(left, 0)
    return both
  },
})

/** Each hands its work out in parts, and a part of reindexing has parts itself. */
for (const [maintenanceType, ...handsOut] of [
  ['reindexAccounts', 'accountMaintenance', 'searchIndexing'], ['purgeAccounts', 'accountMaintenance'], ['resetUserQuotas', 'accountMaintenance'],
  ['resetTenantQuotas', 'accountMaintenance'],
] as const) {
  sameEndHowever(`StoreMaintenance ${maintenanceType}`, {
    handsOut,
    async prepare(world) {
      await mailOfTwo(world)
      await dropTasks(world)
      const { store, ids, clock } = world
      await store.transact(async tx => {
        await tx.objects.insert('Tenant', TENANT, { name: 'Herons' }, [], [])
        for (const { accountId } of [ANN, BOB]) for (const { collection } of EXPIRING) await tx.documents.put(accountId, collection, ids.next(), {}, [overSince(0)])
        const wrong = { octets: 1_234, emails: -1 }
        for (const id of maintenanceType === 'resetTenantQuotas' ? [TENANT] : [ANN.accountId, BOB.accountId, TENANT]) await tx.usage.add(id, wrong)
      })
      await clock.advance(31 * DAY_MS)
      return { variant: 'StoreMaintenance', payload: { maintenanceType, shardIndex: null } }
    },
    async state(world) {
      const both = await seenOfBoth(world)
      for (const { indexed, usage, tenant, collections } of both) {
        assert.equal(indexed, maintenanceType === 'reindexAccounts' ? 3 : 0)
        assert.equal(usage?.emails, maintenanceType.startsWith('reset') ? 3 : 2)
        assert.equal(tenant?.emails === 6, maintenanceType === 'resetTenantQuotas')
        assert.ok(collections.length > 0)
      }
      const expired = await world.store.read(({ documents }) => Promise.all(EXPIRING.map(({ collection }) => documents.list(BOB.accountId, collection, 10))))
      assert.equal(expired.flat().length, maintenanceType === 'purgeAccounts' ? 0 : EXPIRING.length)
      assert.equal(await world.store.read(({ tasks }) => tasks.count({})), 0)
      return both
    },
  })
}

sameEndHowever('UnindexDocument', {
  async prepare(world) {
    await mailOfTwo(world)
    const { store, indexing } = world
    const ids = await store.read(({ documents }) => documents.list(BOB.accountId, EMAIL, 100))
    const documents = ids.map(documentId => ({ accountId: BOB.accountId, documentId, documentType: 'email' as const }))
    await indexing.index(documents, new AbortController().signal)
    await dropTasks(world)
    return documents.slice(1).map(payload => ({ variant: 'UnindexDocument', payload }))
  },
  async state(world) {
    const both = await seenOfBoth(world)
    assert.equal(both[1]?.indexed, 1)
    return both
  },
})

/** Of four parts two have failed, and so has their parent: those two are retried, then the parent. */
sameEndHowever('StoreMaintenance resetUserQuotas, its failed parts alone', {
  async prepare(world) {
    await mailOfTwo(world)
    const { store, clock } = world
    const failed = { status: 'Failed', due: DUE_NEVER, attempt: 1, firstFailedAt: clock.now(), failedAt: clock.now(), failureReason: 'failed' } as const
    const spread = { cursor: null, made: 4, total: 4, since: clock.now() }
    const parent = world.row({ variant: 'StoreMaintenance', payload: { maintenanceType: 'resetUserQuotas', shardIndex: null, spread } })
    const parts = [ANN, BOB].map(({ accountId }) => world.row({ variant: 'AccountMaintenance', payload: { accountId, maintenanceType: 'recalculateQuota' } }))
    await dropTasks(world)
    await store.transact(async tx => {
      for (const { accountId } of [ANN, BOB]) await tx.usage.add(accountId, { octets: 1_234, emails: -1 })
      await tx.tasks.insert([{ ...parent, state: failed }, ...parts.map(part => ({ ...part, state: failed, parentId: parent.id }))])
      const again = { status: 'Pending', due: clock.now(), attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
      for (const { id, version } of await tx.tasks.get([...parts, parent].map(({ id }) => id))) await tx.tasks.edit(id, version, { state: again })
    })
    return []
  },
  async state(world) {
    const both = await seenOfBoth(world)
    assert.deepEqual(both.map(({ usage }) => usage?.emails), [3, 3])
    assert.equal(await world.store.read(({ tasks }) => tasks.count({})), 0)
    return both
  },
})
