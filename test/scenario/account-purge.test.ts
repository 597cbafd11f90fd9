/** What an account keeps no longer goes, and nothing else, on every store. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { idSource } from '../../src/base/ids.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { accountMayHaveData } from '../../src/registry/objects/account-archive.ts'
import type { Retention } from '../../src/registry/objects/data-retention.ts'
import { keeperOf } from '../../src/services/archive/archive.ts'
import { DISCARDED, EMAIL, idOf, INBOX_ID, THREAD } from '../../src/services/mailstore/mailstore.ts'
import { AccountPurge } from '../../src/services/upkeep/account-purge.ts'
import type { PurgedSums } from '../../src/services/upkeep/account-purge.ts'
import { EXPIRING, OVER, overSince } from '../../src/services/upkeep/expiring.ts'
import type { Tx } from '../../src/store/store.ts'
import { EVERY_STORE, type Opened } from '../support/every-store.ts'
import { mailWorld, type MailWorld } from '../support/mail-world.ts'
import { plainMail } from '../support/mail-samples.ts'

const [TRASH, JUNK, ARCHIVE] = [idOf('trash'), idOf('junk'), idOf('archive')]
const DAY_MS = 86_400_000
const EMPTY = {
  from: null, sender: null, replyTo: null, to: null, cc: null, bcc: null, messageId: null, inReplyTo: null, references: null,
  sentAt: null, preview: '', hasAttachment: false, parts: [],
}

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`purge of an account on ${name}`, { skip }, () => {
    let opened: Opened
    let world: MailWorld
    let purge: AccountPurge<Tx>
    const accounts = idSource(9, new VirtualClock())
    /** How much later it is by the clock of the node than by that of the store. */
    let aheadMs = 0
    before(async () => {
      opened = await prepare()
      world = await mailWorld(opened.open, accountMayHaveData, base => (tx, accountId) => keeperOf(base, tx, accountId))
      purge = new AccountPurge({ ...world, store: { ...world.store, now: async () => world.clock.now() - aheadMs } })
      await world.store.transact(tx => tx.objects.insert('DataRetention', 'singleton', {}, [], []))
    })
    after(async () => {
      await world.close()
      await opened.remove()
    })

    /** An account that is there, of each test its own. */
    const somebody = async () => {
      const accountId = accounts.next()
      await world.store.transact(tx => tx.objects.insert('Account', accountId, { name: accountId }, [], []))
      return { accountId, quotaBytes: null }
    }
    type Owner = Awaited<ReturnType<typeof somebody>>
    const keep = (settings: Partial<Retention>) => world.store.transact(async tx => {
      const [singleton] = await tx.objects.get('DataRetention', ['singleton'])
      assert(singleton)
      await tx.objects.update('DataRetention', 'singleton', singleton.version, settings, [], [])
    })
    const moveTo = (owner: Owner, id: string, ...mailboxIds: string[]) => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
      assert(email)
      await account.change(id, email.record, { mailboxIds: Object.fromEntries(mailboxIds.map(mailboxId => [mailboxId, true as const])) })
    }))
    const run = (owner: Owner, told: (sums: PurgedSums) => Promise<void> = () => Promise.resolve()) => purge.account(owner.accountId, told)
    const left = (owner: Owner) => world.store.read(async tx => {
      const ids = await tx.documents.list(owner.accountId, EMAIL, 1_000)
      return Object.fromEntries((await world.mailStore.emails(tx, owner.accountId, ids)).map(({ record }) => [record.subject ?? '', Object.keys(record.mailboxIds)]))
    })
    const deliver = (owner: Owner, subject: string) => world.deliver(plainMail(subject, { subject, messageId: `${subject}@${owner.accountId}` }), owner)

    /** Many messages in one transaction. */
    const fill = (owner: Owner, count: number, mailboxId: string) => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      const added: string[] = []
      for (let nth = 0; nth < count; nth++) {
        const summary = { ...EMPTY, subject: `${nth}` }
        added.push(await account.add({ summary, blobId: await tx.blobs.put(new Uint8Array([nth])), size: 1, receivedAt: 0, mailboxIds: [mailboxId], keywords: [] }))
      }
      return added
    }))

    test('mail goes when it has been in Trash or Junk for longer than it is kept, however old it is', async () => {
      await keep({})
      const owner = await somebody()
      const ids = new Map<string, string>()
      for (const subject of ['inbox', 'trash', 'junk', 'fresh', 'back']) ids.set(subject, await deliver(owner, subject))
      const id = (subject: string): string => ids.get(subject) ?? ''
      // All of it is old by now; when it arrived does not matter.
      await world.clock.advance(100 * DAY_MS)
      await moveTo(owner, id('trash'), TRASH)
      await moveTo(owner, id('junk'), JUNK)
      await moveTo(owner, id('back'), TRASH)
      assert.deepEqual(await run(owner), {})
      await world.clock.advance(29 * DAY_MS)
      await moveTo(owner, id('fresh'), TRASH)
      await moveTo(owner, id('back'), ARCHIVE)
      await moveTo(owner, id('back'), TRASH)
      await world.clock.advance(DAY_MS)
      assert.deepEqual(await run(owner), {}, 'exactly 30 days are not longer')
      await world.clock.advance(1)
      assert.deepEqual(await run(owner), { messages: 2 })
      assert.deepEqual(await left(owner), { inbox: [INBOX_ID], fresh: [TRASH], back: [TRASH] })
      assert.deepEqual(await run(owner), {})
    })

    test('the clock of the store decides: a node whose own is ahead removes nothing too early', async () => {
      await keep({})
      const owner = await somebody()
      await moveTo(owner, await deliver(owner, 'trash'), TRASH)
      await world.store.transact(tx => tx.documents.put(owner.accountId, 'ShareNotification', accounts.next(), {}, [overSince(world.clock.now())]))
      await world.clock.advance(aheadMs = 100 * DAY_MS)
      assert.deepEqual(await run(owner), {})
      aheadMs = 0
      assert.deepEqual(await run(owner), { 'messages': 1, 'share notices': 1 })
    })

    test('a message that is also elsewhere leaves Trash and stays there', async () => {
      await keep({})
      const owner = await somebody()
      const [both, all] = [await deliver(owner, 'both'), await deliver(owner, 'all')]
      await moveTo(owner, both, INBOX_ID, TRASH)
      await moveTo(owner, all, TRASH)
      await world.clock.advance(20 * DAY_MS)
      await moveTo(owner, all, TRASH, JUNK)
      await world.clock.advance(11 * DAY_MS)
      await run(owner)
      assert.deepEqual(await left(owner), { both: [INBOX_ID], all: [JUNK] })
      await world.clock.advance(20 * DAY_MS)
      await run(owner)
      assert.deepEqual(await left(owner), { both: [INBOX_ID] })
    })

    test('what goes is archived, unindexed and uncounted, as when its owner destroys it', async () => {
      await keep({ archiveDeletedItemsFor: DAY_MS })
      const owner = await somebody()
      const id = await deliver(owner, 'gone')
      const [email] = await world.emails(owner, [id])
      await moveTo(owner, id, TRASH)
      await world.clock.advance(31 * DAY_MS)
      await run(owner)
      await world.store.read(async tx => {
        assert.deepEqual((await world.mailStore.usage(tx, owner.accountId)), { octets: 0, emails: 0 })
        assert.deepEqual(await tx.documents.list(owner.accountId, THREAD, 10), [])
        const archived = await tx.objects.query('ArchivedItem', { where: [{ field: 'accountId', value: owner.accountId }], ascending: true, limit: 10 })
        const [item] = await tx.objects.get('ArchivedItem', archived)
        assert.equal(item?.body['blobId'], email?.record.blobId)
      })
      const unindexing = (await world.tasks()).find(({ variant, payload }) => variant === 'UnindexDocument' && payload['documentId'] === id)
      assert.equal(unindexing?.band, 1, 'bulk, which new mail goes before')
    })

    test('null keeps everything, and a setting that changes counts at once', async () => {
      const nothing = { expungeTrashAfter: null, expungeSubmissionsAfter: null, expungeShareNotifyAfter: null, expungeSchedulingInboxAfter: null, maxChangesHistory: null }
      await keep(nothing)
      const owner = await somebody()
      await moveTo(owner, await deliver(owner, 'kept'), TRASH)
      await world.store.transact(async tx => {
        for (const { collection } of EXPIRING) await tx.documents.put(owner.accountId, collection, accounts.next(), {}, [overSince(0)])
      })
      await world.clock.advance(10_000 * DAY_MS)
      assert.deepEqual(await run(owner), {})
      await keep({ ...nothing, expungeTrashAfter: 9_999 * DAY_MS })
      assert.deepEqual(await run(owner), { messages: 1 })
    })

    test('mail of an earlier version counts from the first purge on', async () => {
      await keep({})
      const owner = await somebody()
      const ids = await fill(owner, 60, TRASH)
      await world.store.transact(async tx => {
        for (const { id, record: { memberships: _, ...older } } of await world.mailStore.emails(tx, owner.accountId, ids)) {
          await tx.documents.put(owner.accountId, EMAIL, id, older, [{ name: 'all', value: '', sort: 0 }, { name: 'mailbox', value: TRASH, sort: 0 }])
        }
      })
      assert.deepEqual(await run(owner), { 'counted from now on': 60 })
      assert.equal(await world.store.read(tx => tx.documents.count(owner.accountId, EMAIL, DISCARDED, TRASH)), 60)
      await world.clock.advance(29 * DAY_MS)
      assert.deepEqual(await run(owner), {})
      await world.clock.advance(2 * DAY_MS)
      assert.deepEqual(await run(owner), { messages: 60 })
    })

    test('mail that a node of an earlier version has changed meanwhile counts from the next purge on', async () => {
      await keep({})
      const owner = await somebody()
      const [flagged, untouched] = [await deliver(owner, 'flagged'), await deliver(owner, 'untouched')]
      for (const id of [flagged, untouched]) await moveTo(owner, id, TRASH)
      await world.clock.advance(20 * DAY_MS)
      await world.store.transact(async tx => {
        const [email] = await world.mailStore.emails(tx, owner.accountId, [flagged])
        assert(email)
        // It keeps what it does not know of the record, and writes the rows that it knows.
        await tx.documents.put(owner.accountId, EMAIL, flagged, { ...email.record, keywords: { $seen: true } }, [{ name: 'mailbox', value: TRASH, sort: 0 }])
      })
      assert.deepEqual(await run(owner), { 'counted from now on': 1 })
      await world.clock.advance(11 * DAY_MS)
      assert.deepEqual(await run(owner), { messages: 1 })
      assert.deepEqual(await left(owner), { flagged: [TRASH] })
      await world.clock.advance(20 * DAY_MS)
      assert.deepEqual(await run(owner), { messages: 1 })
    })

    test('submissions, share notices and scheduling messages go when they have been over for long enough', async () => {
      await keep({})
      const owner = await somebody()
      const now = world.clock.now()
      await world.store.transact(async tx => {
        for (const { collection } of EXPIRING) {
          for (const days of [2, 4, 29, 31]) await tx.documents.put(owner.accountId, collection, accounts.next(), { days }, [overSince(now - days * DAY_MS)])
          await tx.documents.put(owner.accountId, collection, accounts.next(), { days: null }, [])
        }
      })
      assert.deepEqual(await run(owner), { 'submissions': 3, 'share notices': 1, 'scheduling messages': 1 })
      await world.store.read(async tx => {
        for (const { collection } of EXPIRING) {
          const days = (await tx.documents.get(owner.accountId, collection, await tx.documents.list(owner.accountId, collection, 10))).map(({ body }) => body['days'])
          assert.deepEqual(days, collection === 'EmailSubmission' ? [2, null] : [2, 4, 29, null], collection)
          assert.equal(await tx.documents.count(owner.accountId, collection, OVER, ''), days.length - 1)
        }
      })
    })

    test('of each change log the newest entries stay', async () => {
      await keep({ maxChangesHistory: 10 })
      const owner = await somebody()
      const id = await deliver(owner, 'changed')
      for (let nth = 0; nth < 12; nth++) await moveTo(owner, id, nth % 2 === 0 ? ARCHIVE : INBOX_ID)
      assert.deepEqual(await run(owner), { 'log entries': 6 })
      await world.store.read(async tx => {
        for (const [collection, modseq] of [[EMAIL, 13], [THREAD, 13], ['Mailbox', 6]] as const) {
          assert.equal(await tx.documents.modseq(owner.accountId, collection), modseq, collection)
          assert.equal((await tx.documents.changes(owner.accountId, collection, modseq - Math.min(10, modseq), 100))?.length, Math.min(10, modseq), collection)
        }
        assert.equal(await tx.documents.changes(owner.accountId, EMAIL, 2, 100), null)
      })
      assert.deepEqual(await run(owner), {})
    })

    test('an account that has nothing is not written, and one that is gone is refused', async () => {
      await keep({})
      const owner = await somebody()
      assert.deepEqual(await run(owner), {})
      assert.deepEqual(await world.store.read(tx => tx.documents.collections(owner.accountId)), [])
      await moveTo(owner, await deliver(owner, 'left behind'), TRASH)
      await world.clock.advance(31 * DAY_MS)
      await world.store.transact(tx => tx.objects.remove('Account', owner.accountId))
      await assert.rejects(run(owner), { code: 'mail/account-gone' })
      assert.deepEqual(Object.keys(await left(owner)), ['left behind'])
    })

    test('a delivery gets its turn between two parts of a large purge', async () => {
      await keep({})
      const owner = await somebody()
      await fill(owner, 120, TRASH)
      await world.clock.advance(31 * DAY_MS)
      const parts: number[] = []
      await run(owner, async ({ messages = 0 }) => {
        if (messages === parts.at(-1) || messages === 0) return
        parts.push(messages)
        await deliver(owner, `new ${parts.length}`)
      })
      assert.deepEqual(parts, [100, 120])
      assert.deepEqual(Object.keys(await left(owner)), ['new 1', 'new 2'])
    })
  })
}
