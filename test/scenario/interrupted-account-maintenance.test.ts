/** Purge and new UIDs, interrupted at every step of their work: the end is the same, however it went. */
import assert from 'node:assert/strict'
import { dataRetention } from '../../src/registry/objects/data-retention.ts'
import { SINGLETON_ID } from '../../src/registry/schema/object.ts'
import type { MailAccount } from '../../src/services/mailstore/mailstore.ts'
import { DISCARDED, EMAIL, idOf, INBOX_ID, MAILBOX, THREAD, uidsOf, uidState } from '../../src/services/mailstore/mailstore.ts'
import { EXPIRING, overSince } from '../../src/services/upkeep/expiring.ts'
import { sameEndHowever, type World } from '../support/interruptions.ts'
import { ANN } from '../support/mail-world.ts'

/** With the one that is in another mailbox too, one more than a transaction removes. */
const IN_TRASH = 100
const { accountId } = ANN
const [TRASH, JUNK] = [idOf('trash'), idOf('junk')]
const DAY_MS = 86_400_000
const KEPT = { archiveDeletedItemsFor: 7 * DAY_MS, maxChangesHistory: 5 }
const EMPTY = {
  from: null, sender: null, replyTo: null, to: null, cc: null, bcc: null, messageId: null, inReplyTo: null, references: null,
  sentAt: null, preview: '', hasAttachment: false, parts: [],
}

function update<T>({ store, mailStore }: World, work: (account: MailAccount) => Promise<T>): Promise<T> {
  return store.transact(tx => mailStore.update(tx, accountId, work))
}

async function fill(world: World, count: number, name: string, ...mailboxIds: string[]): Promise<string[]> {
  const ids: string[] = []
  const blobId = await world.store.transact(tx => tx.blobs.put(new TextEncoder().encode(`Subject: ${name}\r\n\r\n${name}`)))
  await update(world, async account => {
    for (let nth = 0; nth < count; nth++) {
      // The later it is stored, the earlier it has arrived.
      ids.push(await account.add({ summary: { ...EMPTY, subject: `${name} ${nth}` }, blobId, size: 10, receivedAt: 1_000 - nth, mailboxIds, keywords: [] }))
    }
  })
  return ids
}

async function open({ store }: World): Promise<void> {
  await store.transact(async tx => {
    await tx.objects.insert('Account', accountId, { '@type': 'User', name: 'ann' }, [], [])
    await tx.objects.insert(dataRetention.name, SINGLETON_ID, KEPT, [], [])
  })
}

/** The tasks of what was prepared are not what is tested. */
async function dropTasks({ store }: World): Promise<void> {
  await store.transact(async tx => {
    for (const id of await tx.tasks.query({}, { order: { property: 'createdAt', ascending: true }, limit: 1_000 })) await tx.tasks.destroy(id)
  })
}

sameEndHowever('AccountMaintenance purge', {
  async prepare(world) {
    await open(world)
    await fill(world, IN_TRASH, 'trash', TRASH)
    await fill(world, 1, 'both', TRASH, INBOX_ID)
    const [older = ''] = await fill(world, 1, 'older', JUNK)
    await world.store.transact(async tx => {
      const [email] = await world.mailStore.emails(tx, accountId, [older])
      const { memberships: _, ...record } = email?.record ?? assert.fail()
      await tx.documents.put(accountId, EMAIL, older, record, [{ name: 'mailbox', value: JUNK, sort: 1 }])
      for (const { collection } of EXPIRING) await tx.documents.put(accountId, collection, world.ids.next(), {}, [overSince(0)])
    })
    await dropTasks(world)
    await world.clock.advance(31 * DAY_MS)
    return { variant: 'AccountMaintenance', payload: { accountId, maintenanceType: 'purge' } }
  },
  state: ({ store, mailStore }) => store.read(async tx => {
    const emails = await mailStore.emails(tx, accountId, await tx.documents.list(accountId, EMAIL, 100))
    const state = {
      emails: emails.map(({ record: { subject, mailboxIds } }) => [subject, mailboxIds]),
      threads: (await tx.documents.list(accountId, THREAD, 100)).length,
      counted: await tx.documents.count(accountId, EMAIL, DISCARDED, JUNK),
      usage: await mailStore.usage(tx, accountId),
      archived: await tx.objects.count('ArchivedItem', []),
      // Each says which message is to leave the index, so that nothing is said twice.
      unindexed: await tx.tasks.count({ variants: ['UnindexDocument'] }),
      others: await Promise.all(EXPIRING.map(({ collection }) => tx.documents.list(accountId, collection, 10))),
      logged: await Promise.all([EMAIL, THREAD, MAILBOX].map(async collection => {
        const modseq = await tx.documents.modseq(accountId, collection)
        return [(await tx.documents.changes(accountId, collection, modseq - 5, 10))?.length, await tx.documents.changes(accountId, collection, modseq - 6, 10)]
      })),
    }
    assert.deepEqual(state, {
      emails: [['both 0', { [INBOX_ID]: true }], ['older 0', { [JUNK]: true }]], threads: 2, counted: 1,
      usage: { octets: 20, emails: 2 }, archived: IN_TRASH, unindexed: IN_TRASH,
      others: [[], [], []], logged: [[5, null], [5, null], [5, null]],
    })
    return state
  }),
}, 16)

sameEndHowever('AccountMaintenance recalculateImapUid', {
  async prepare(world) {
    await open(world)
    const [first = ''] = await fill(world, 130, 'inbox', INBOX_ID)
    await fill(world, 3, 'trash', TRASH)
    await update(world, async account => {
      const [email] = await world.store.read(tx => world.mailStore.emails(tx, accountId, [first]))
      assert(email)
      await account.change(first, email.record, { mailboxIds: { [INBOX_ID]: true, [TRASH]: true } })
    })
    await dropTasks(world)
    return { variant: 'AccountMaintenance', payload: { accountId, maintenanceType: 'recalculateImapUid' } }
  },
  state: ({ store, mailStore }, asked) => store.read(async tx => {
    const state = await Promise.all([INBOX_ID, TRASH].map(async mailboxId => {
      const { uidValidity, uidNext } = await uidState(tx.documents, accountId, mailboxId) ?? assert.fail()
      const uids = await uidsOf(tx.documents, accountId, mailboxId, uidValidity, 200)
      const emails = await mailStore.emails(tx, accountId, uids.map(({ id }) => id))
      return { uidNext, uids: uids.map(({ sort }) => sort), subjects: emails.map(({ record }) => record.subject) }
    }))
    assert.deepEqual(state[1], { uidNext: 5, uids: [1, 2, 3, 4], subjects: ['trash 2', 'trash 1', 'inbox 0', 'trash 0'] })
    assert.deepEqual([state[0]?.uids.length, state[0]?.uids.at(-1), state[0]?.subjects[0]], [130, 130, 'inbox 129'])
    // Six mailboxes were made, and got one new uidValidity each; another one if they were asked for anew when all was done.
    const changes = await tx.documents.modseq(accountId, MAILBOX)
    assert.ok(changes === 12 || (asked === 2 && changes === 18), `${changes} changes of mailboxes`)
    return state
  }),
}, 8)
