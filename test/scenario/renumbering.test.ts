/** New UIDs for a whole account, beside deliveries and moves, on every store. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { accountMayHaveData } from '../../src/registry/objects/account-archive.ts'
import { EMAIL, idOf, INBOX_ID, MAILBOX, uidsOf, uidState } from '../../src/services/mailstore/mailstore.ts'
import { Renumbering } from '../../src/services/upkeep/renumbering.ts'
import type { Tx } from '../../src/store/store.ts'
import { EVERY_STORE, type Opened } from '../support/every-store.ts'
import { ANN, BOB, mailWorld, type MailWorld } from '../support/mail-world.ts'
import { plainMail } from '../support/mail-samples.ts'

const [TRASH, ARCHIVE] = [idOf('trash'), idOf('archive')]
const EMPTY = {
  subject: null, from: null, sender: null, replyTo: null, to: null, cc: null, bcc: null, messageId: null, inReplyTo: null, references: null,
  sentAt: null, preview: '', hasAttachment: false, parts: [],
}

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`new UIDs on ${name}`, { skip }, () => {
    let opened: Opened
    let world: MailWorld
    let renumbering: Renumbering<Tx>
    let tasks = 0
    const nextTask = (): string => String(++tasks).padStart(13, '0')
    before(async () => {
      opened = await prepare()
      world = await mailWorld(opened.open, accountMayHaveData)
      renumbering = new Renumbering(world)
      for (const { accountId } of [ANN, BOB]) await world.store.transact(tx => tx.objects.insert('Account', accountId, { name: accountId }, [], []))
    })
    after(async () => {
      await world.close()
      await opened.remove()
    })

    /** Messages that arrived at these moments, in this order of storing. */
    const fill = (accountId: string, mailboxIds: readonly string[], ...receivedAt: number[]) => world.store.transact(tx => world.mailStore.update(tx, accountId, async account => {
      const blobId = await tx.blobs.put(new Uint8Array([1]))
      const added: string[] = []
      for (const at of receivedAt) added.push(await account.add({ summary: EMPTY, blobId, size: 1, receivedAt: at, mailboxIds, keywords: [] }))
      return added
    }))
    const move = (accountId: string, id: string, ...mailboxIds: string[]) => world.store.transact(tx => world.mailStore.update(tx, accountId, async account => {
      const [email] = await world.mailStore.emails(tx, accountId, [id])
      assert(email)
      await account.change(id, email.record, { mailboxIds: Object.fromEntries(mailboxIds.map(mailboxId => [mailboxId, true as const])) })
    }))
    const state = (accountId: string, mailboxId: string) => world.store.read(async ({ documents }) => {
      const found = await uidState(documents, accountId, mailboxId)
      assert(found)
      return { ...found, uids: await uidsOf(documents, accountId, mailboxId, found.uidValidity, 1_000) }
    })
    const inMailbox = (accountId: string, mailboxId: string) => world.store.read(tx =>
      tx.documents.scan(accountId, EMAIL, { name: 'mailbox', value: mailboxId, ascending: true, limit: 1_000 }))
    /** Every message of the mailbox has exactly one UID, all different, below uidNext. */
    const isSound = async (accountId: string, mailboxId: string) => {
      const { uids, uidNext } = await state(accountId, mailboxId)
      assert.deepEqual(uids.map(({ id }) => id).toSorted(), (await inMailbox(accountId, mailboxId)).map(({ id }) => id).toSorted(), mailboxId)
      assert.equal(new Set(uids.map(({ sort }) => sort)).size, uids.length)
      assert.ok(uids.every(({ sort }) => sort < uidNext && sort > 0))
    }
    const renumber = (accountId: string, taskId: string, told: () => Promise<unknown> = () => Promise.resolve()) =>
      renumbering.account(accountId, taskId, async () => { await told() })

    test('follow the order of arrival, from 1 on, under one greater uidValidity', async () => {
      const { accountId } = ANN
      const times = Array.from({ length: 130 }, (_, nth) => (nth * 7_919) % 130)
      const ids = await fill(accountId, [INBOX_ID], ...times)
      await move(accountId, ids[0] ?? '', INBOX_ID, ARCHIVE)
      const former = await state(accountId, INBOX_ID)
      assert.equal(await renumber(accountId, nextTask()), 131)
      const { uidValidity, uidNext, uids } = await state(accountId, INBOX_ID)
      assert.ok(uidValidity > former.uidValidity)
      assert.deepEqual(uids.map(({ id }) => id), (await inMailbox(accountId, INBOX_ID)).map(({ id }) => id))
      assert.deepEqual([uids[0]?.sort, uids.at(-1)?.sort, uidNext], [1, 130, 131])
      assert.deepEqual((await state(accountId, ARCHIVE)).uids.map(({ sort }) => sort), [1])
      for (const mailboxId of [ARCHIVE, TRASH]) assert.equal((await state(accountId, mailboxId)).uidValidity, uidValidity)
    })

    test('are given once a task, however often it is repeated, and again for the next one', async () => {
      const { accountId } = ANN
      const task = nextTask()
      await renumber(accountId, task)
      const first = await state(accountId, INBOX_ID)
      await renumber(accountId, task)
      assert.deepEqual(await state(accountId, INBOX_ID), first)
      await renumber(accountId, nextTask())
      assert.equal((await state(accountId, INBOX_ID)).uidValidity, first.uidValidity + 1)
      // One that was asleep since before has nothing to do any more.
      await renumber(accountId, task)
      assert.equal((await state(accountId, INBOX_ID)).uidValidity, first.uidValidity + 1)
    })

    test('are given again for a task of a node whose clock is behind', async () => {
      const { accountId } = ANN
      const [behind, former] = [nextTask(), nextTask()]
      await renumber(accountId, former)
      const { uidValidity } = await state(accountId, INBOX_ID)
      assert.equal(await renumber(accountId, behind), 131)
      assert.equal((await state(accountId, INBOX_ID)).uidValidity, uidValidity + 1)
      for (const task of [behind, former]) await renumber(accountId, task)
      assert.equal((await state(accountId, INBOX_ID)).uidValidity, uidValidity + 1)
    })

    test('go on where a run was broken off, also for another task, without another uidValidity', async () => {
      const { accountId } = ANN
      const task = nextTask()
      let steps = 0
      await assert.rejects(renumber(accountId, task, async () => { if (++steps === 2) throw new Error('broken off') }), /broken off/)
      const half = await state(accountId, INBOX_ID)
      assert.equal(half.uids.length, 100)
      const later = nextTask()
      await renumber(accountId, later)
      const whole = await state(accountId, INBOX_ID)
      assert.equal(whole.uidValidity, half.uidValidity)
      assert.deepEqual([whole.uids.slice(0, 100), whole.uids.length], [half.uids, 130])
      await renumber(accountId, later)
      assert.equal((await state(accountId, INBOX_ID)).uidValidity, half.uidValidity)
    })

    test('are never twice in a mailbox while mail comes, goes and is moved', async () => {
      const { accountId } = BOB
      const old = await fill(accountId, [INBOX_ID], ...Array.from({ length: 130 }, (_, nth) => nth))
      let nth = 0
      await renumber(accountId, nextTask(), async () => {
        nth++
        await Promise.all([
          world.deliver(plainMail(`meanwhile ${nth}`), BOB),
          // From before the page that was just numbered, and from behind it.
          move(accountId, old[nth] ?? '', ARCHIVE), move(accountId, old.at(-nth) ?? '', INBOX_ID, ARCHIVE),
          fill(accountId, [INBOX_ID], nth),
        ])
        await move(accountId, old[nth] ?? '', INBOX_ID)
      })
      for (const mailboxId of [INBOX_ID, ARCHIVE]) await isSound(accountId, mailboxId)
      const { uids } = await state(accountId, INBOX_ID)
      const order = new Map(uids.map(({ id, sort }) => [id, sort]))
      const stayed = old.slice(nth + 1).map(id => order.get(id) ?? 0)
      assert.deepEqual(stayed, stayed.toSorted((a, b) => a - b), 'what was there is in order')
    })

    test('are given to what an earlier version has stored', async () => {
      const { accountId } = BOB
      const ids = (await inMailbox(accountId, INBOX_ID)).map(({ id }) => id)
      await world.store.transact(async ({ documents }) => {
        for (const { id, body } of await documents.get(accountId, MAILBOX, await documents.list(accountId, MAILBOX, 100))) {
          const { uidValidity: _, ...older } = body
          await documents.put(accountId, MAILBOX, id, older, [])
        }
        for (const { id, body } of await documents.get(accountId, EMAIL, ids)) {
          const { memberships: _, ...older } = body
          const sort = Number(body['receivedAt'])
          await documents.put(accountId, EMAIL, id, older, [{ name: 'mailbox', value: INBOX_ID, sort }])
        }
      })
      await renumber(accountId, nextTask())
      await isSound(accountId, INBOX_ID)
    })

    test('are refused to an account that is gone', async () => {
      await world.store.transact(tx => tx.objects.remove('Account', BOB.accountId))
      await assert.rejects(renumber(BOB.accountId, nextTask()), { code: 'mail/account-gone' })
    })
  })
}
