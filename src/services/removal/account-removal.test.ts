import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import { plainMail } from '../../../test/support/mail-samples.ts'
import type { Id } from '../../base/ids.ts'
import { accountMayHaveData, keepAccount } from '../../registry/objects/account-archive.ts'
import { Indexing } from '../indexing/indexing.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import { Uploads } from '../upload/uploads.ts'
import { AccountRemoval } from './account-removal.ts'
import type { AccountTasks } from './account-removal.ts'

type Store = MailWorld['store']
type Tx = Parameters<Parameters<Store['transact']>[0]>[0]

const OWN_TASK = 'own'

/** Tasks as the test says. */
const tasks: AccountTasks<Tx> = {
  async clear(tx, accountId, except, limit) {
    const ids = await tx.tasks.query({ accountId }, { order: { property: 'createdAt', ascending: true }, limit })
    for (const id of ids) if (id !== except) await tx.tasks.destroy(id)
    return { removed: ids.length, running: 0 }
  },
}

describe('the removal of an account', () => {
  let world: MailWorld
  let removal: AccountRemoval<Tx>
  let annBlob: string
  let sharedBlob: string
  let unlinkedBlob: string
  let annEmail: Id

  const open = async (): Promise<void> => {
    world = await mailWorld(undefined, accountMayHaveData)
    removal = new AccountRemoval<Tx>({ store: world.store, tasks })
    for (const { accountId } of [ANN, BOB]) {
      await world.store.transact(tx => tx.objects.insert('Account', accountId, { name: accountId }, [], []))
    }
    annEmail = await world.deliver(plainMail('only for Ann'), ANN)
    await world.delivery.deliver({ recipients: [ANN, BOB], content: plainMail('for both') })
    annBlob = (await world.emails(ANN, [annEmail]))[0]?.record.blobId ?? ''
    const [both] = await world.store.read(tx => tx.documents.list(BOB.accountId, EMAIL, 1))
    sharedBlob = (await world.emails(BOB, [both ?? '']))[0]?.record.blobId ?? ''
    await world.runSearchTasks()
    await world.store.transact(tx => tx.documents.put(ANN.accountId, 'ContactCard', annEmail, {}, []))
    const uploads = new Uploads({ store: world.store, mailStore: world.mailStore, clock: world.clock })
    for (const { accountId } of [ANN, BOB]) await uploads.store(accountId, accountId, Buffer.from('an upload'))
    const destroyed = await world.deliver(plainMail('destroyed before'), ANN)
    const [{ record } = assert.fail('not delivered')] = await world.emails(ANN, [destroyed])
    unlinkedBlob = record.blobId
    await world.store.transact(tx => world.mailStore.update(tx, ANN.accountId, account => account.remove([{ id: destroyed, record }])))
    // Something that nobody got around to.
    await world.deliver(plainMail('not indexed yet'), ANN)
  }
  beforeEach(open)
  afterEach(() => world.close())

  /** What the account's destruction leaves: no object, but all data. */
  const destroy = (accountId: Id): Promise<void> => world.store.transact(async tx => {
    await keepAccount(tx, accountId, { name: accountId })
    await tx.objects.remove('Account', accountId)
  })
  const left = (accountId: Id) => world.store.read(async tx => ({
    collections: await tx.documents.collections(accountId),
    indexed: await tx.search.has({ accountId, collection: EMAIL, id: annEmail }),
    tasks: await tx.tasks.count({ accountId }),
    own: await tx.blobs.size(annBlob) !== null,
    shared: await tx.blobs.size(sharedBlob) !== null,
    unlinked: await tx.blobs.size(unlinkedBlob) !== null,
    readable: await tx.blobs.readable(sharedBlob, accountId),
    kept: await tx.keys.get(`account-archive/${accountId}`) !== null,
    stores: (await tx.usage.get([accountId])).has(accountId),
    uploads: (await tx.keys.list(`blob-quota/${accountId}/`, 10)).length,
  }))
  const NOTHING = { collections: [], indexed: false, tasks: 0, own: false, shared: true, unlinked: false, readable: false, kept: false, stores: false, uploads: 0 }

  async function run(by = removal): Promise<number | null> {
    const total = await by.begin(ANN.accountId)
    if (total === null) return null
    assert.equal(await by.stopTasks(ANN.accountId, OWN_TASK), 0)
    let removed = 0
    for await (const part of by.remove(ANN.accountId)) removed += part
    return removed
  }

  test('leaves nothing of the account, and everything of others', async () => {
    const bob = await left(BOB.accountId)
    await destroy(ANN.accountId)
    assert.equal(await removal.begin(ANN.accountId), 3)
    assert.equal(await run(), 3)
    assert.deepEqual(await left(ANN.accountId), NOTHING)
    assert.deepEqual(await left(BOB.accountId), { ...bob, own: false, unlinked: false })
    assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 1)
  })

  test('removes nothing of an account that is there', async () => {
    const before = await left(ANN.accountId)
    assert.equal(await run(), null)
    assert.deepEqual(await left(ANN.accountId), before)
  })

  test('is refused nothing by a repeat', async () => {
    await destroy(ANN.accountId)
    await run()
    assert.equal(await run(), 0)
    assert.deepEqual(await left(ANN.accountId), NOTHING)
  })

  for (const when of ['before', 'after'] as const) {
    test(`ends the same when it is broken off ${when} any of its transactions`, async () => {
      let steps = 0
      for (; ; steps++) {
        await world.close()
        await open()
        await destroy(ANN.accountId)
        const broken = new AccountRemoval<Tx>({ store: breaking(world.store, steps, when), tasks })
        const ended = await run(broken).then(() => true, error => { assert.match(String(error), /broken off/) })
        await run()
        assert.deepEqual(await left(ANN.accountId), NOTHING, `after ${steps} transactions`)
        if (ended) break
      }
      assert.ok(steps > 10, `${steps} transactions`)
    })
  }

  test('a delivery whose recipient was looked up before is refused, kept accounts excepted', async () => {
    await destroy(ANN.accountId)
    const deliver = () => world.delivery.deliver({ recipients: [ANN, BOB], content: plainMail('late') })
    assert.deepEqual((await deliver()).map(result => result.kind), ['delivered', 'delivered'])
    await run()
    const results = await deliver()
    assert.deepEqual(results.map(result => result.kind === 'refused' ? result.enhanced : result.kind), ['5.1.1', 'delivered'])
    assert.deepEqual(await left(ANN.accountId), NOTHING)
  })

  test('a delivery that waited for the removal to begin is refused, and leaves no trace', async () => {
    let looks = 0
    await world.close()
    world = await mailWorld(undefined, async () => ++looks < 2)
    const [result] = await world.delivery.deliver({ recipients: [ANN], content: plainMail('late') })
    assert.equal(result?.kind === 'refused' && result.enhanced, '5.1.1')
    assert.deepEqual(await world.store.read(tx => tx.documents.list(ANN.accountId, EMAIL, 10)), [])
  })

  test('an indexing run that comes late writes nothing', async () => {
    await destroy(ANN.accountId)
    // Between the look at the message and the write to the index.
    const late: Store = { ...world.store, async transact(work) {
      await run()
      return world.store.transact(work)
    } }
    const indexing = new Indexing<Tx>({ store: late, mailStore: world.mailStore })
    const never = new AbortController().signal
    assert.deepEqual(await indexing.index([{ accountId: ANN.accountId, documentId: annEmail }], never), [{ kind: 'indexed' }])
    assert.deepEqual(await left(ANN.accountId), NOTHING)
  })
})

/** A store whose transaction number `steps` fails, before it or after its commit. */
function breaking(store: Store, steps: number, when: 'before' | 'after'): Store {
  let count = 0
  return { ...store, async transact(work) {
    const breaks = count++ === steps
    if (breaks && when === 'before') throw new Error('broken off')
    const result = await store.transact(work)
    if (breaks) throw new Error('broken off')
    return result
  } }
}
