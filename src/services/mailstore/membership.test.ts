import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { plainMail } from '../../../test/support/mail-samples.ts'
import { mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { Id } from '../../base/ids.ts'
import type { MailRecipient } from '../directory/directory.ts'
import type { EmailChange, EmailRecord } from './mailstore.ts'
import { DISCARDED, EMAIL, idOf, INBOX_ID, MAILBOX, uidsOf, uidState } from './mailstore.ts'

const [TRASH, JUNK, ARCHIVE] = [idOf('trash'), idOf('junk'), idOf('archive')]

let world: MailWorld
before(async () => { world = await mailWorld() })
after(() => world.close())

let accounts = 0
const somebody = (): MailRecipient => ({ accountId: `000000000${String(++accounts).padStart(4, '0')}`, quotaBytes: null })

async function recordOf(owner: MailRecipient, id: Id): Promise<EmailRecord> {
  const [email] = await world.emails(owner, [id])
  assert(email)
  return email.record
}
const change = (owner: MailRecipient, id: Id, how: EmailChange) => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
  const [email] = await world.mailStore.emails(tx, owner.accountId, [id])
  assert(email)
  await account.change(id, email.record, how)
}))
const moveTo = (owner: MailRecipient, id: Id, ...mailboxIds: Id[]) =>
  change(owner, id, { mailboxIds: Object.fromEntries(mailboxIds.map(mailboxId => [mailboxId, true as const])) })
const uids = (owner: MailRecipient, mailboxId: Id) => world.store.read(async ({ documents }) => {
  const state = await uidState(documents, owner.accountId, mailboxId)
  assert(state)
  const found = await uidsOf(documents, owner.accountId, mailboxId, state.uidValidity, 100)
  return { ...state, list: found.map(({ id, sort }) => [sort, id]) }
})
const discarded = (owner: MailRecipient, mailboxId: Id) => world.store.read(({ documents }) =>
  documents.scan(owner.accountId, EMAIL, { name: DISCARDED, value: mailboxId, ascending: true, limit: 100 }))

describe('UIDs', () => {
  test('ascend in each mailbox in the order in which messages come in, and none is given twice', async () => {
    const owner = somebody()
    const [a, b, c] = [await world.deliver(plainMail('a'), owner), await world.deliver(plainMail('b'), owner), await world.deliver(plainMail('c'), owner)]
    assert.deepEqual((await uids(owner, INBOX_ID)).list, [[1, a], [2, b], [3, c]])
    await moveTo(owner, c, ARCHIVE)
    await moveTo(owner, a, ARCHIVE, INBOX_ID)
    assert.deepEqual((await uids(owner, ARCHIVE)).list, [[1, c], [2, a]])
    assert.deepEqual((await uids(owner, INBOX_ID)).list, [[1, a], [2, b]])
    // The highest has left; its number is gone for good.
    await moveTo(owner, c, INBOX_ID)
    const { list, uidNext } = await uids(owner, INBOX_ID)
    assert.deepEqual([list, uidNext], [[[1, a], [2, b], [4, c]], 5])
  })

  test('stay as they are when flags change or another mailbox is added', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('a'), owner)
    const before = (await recordOf(owner, id)).memberships
    await change(owner, id, { keywords: { $seen: true } })
    assert.deepEqual((await recordOf(owner, id)).memberships, before)
    await moveTo(owner, id, INBOX_ID, ARCHIVE)
    assert.deepEqual((await recordOf(owner, id)).memberships?.[INBOX_ID], before?.[INBOX_ID])
    assert.equal((await uids(owner, INBOX_ID)).uidNext, 2)
  })

  test('are not used up by a transaction that fails', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('a'), owner)
    await assert.rejects(world.store.transact(tx => world.mailStore.update(tx, owner.accountId, async account => {
      await account.change(id, (await world.mailStore.emails(tx, owner.accountId, [id]))[0]?.record ?? assert.fail(), { mailboxIds: { [ARCHIVE]: true } })
      throw new Error('no')
    })), /no/)
    assert.equal((await uids(owner, ARCHIVE)).uidNext, 1)
  })

  test('begin at 1 under a new uidValidity, which is greater than the former', async () => {
    const owner = somebody()
    await world.deliver(plainMail('a'), owner)
    const former = (await uids(owner, INBOX_ID)).uidValidity
    const renew = () => world.store.transact(tx => world.mailStore.update(tx, owner.accountId, account => account.voidUids([INBOX_ID, ARCHIVE])))
    await renew()
    await renew()
    const { uidValidity, list, uidNext } = await uids(owner, INBOX_ID)
    assert.ok(uidValidity >= former + 2 && uidValidity < 2 ** 32, `${former}, ${uidValidity}`)
    assert.deepEqual([list, uidNext], [[], 1])
    assert.equal((await uids(owner, ARCHIVE)).uidValidity, uidValidity)
    assert.equal((await uids(owner, TRASH)).uidValidity, former)
    const sequences = (await world.store.read(tx => tx.documents.collections(owner.accountId))).filter(name => name.startsWith('Uid/'))
    assert.deepEqual(sequences, [], 'what nobody can draw from any more is gone')
  })
})

describe('Trash and Junk', () => {
  test('know since when each message is there: changing flags does not restart that, moving it out and in does', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('a'), owner)
    assert.deepEqual(await discarded(owner, TRASH), [])
    await world.clock.advance(1_000)
    const movedAt = world.clock.now()
    await moveTo(owner, id, TRASH)
    await world.clock.advance(1_000)
    await change(owner, id, { keywords: { $seen: true } })
    assert.deepEqual(await discarded(owner, TRASH), [{ id, sort: movedAt }])
    await moveTo(owner, id, TRASH, JUNK)
    assert.deepEqual([await discarded(owner, TRASH), await discarded(owner, JUNK)], [[{ id, sort: movedAt }], [{ id, sort: world.clock.now() }]])
    await moveTo(owner, id, INBOX_ID)
    assert.deepEqual([await discarded(owner, TRASH), await discarded(owner, JUNK)], [[], []])
    await world.clock.advance(1_000)
    await moveTo(owner, id, TRASH)
    assert.deepEqual(await discarded(owner, TRASH), [{ id, sort: world.clock.now() }])
  })
})

describe('what an earlier version has stored', () => {
  test('gets its memberships with the next change, counted from then', async () => {
    const owner = somebody()
    const id = await world.deliver(plainMail('a'), owner)
    await world.store.transact(async ({ documents }) => {
      const [mailbox] = await documents.get(owner.accountId, MAILBOX, [TRASH])
      const { uidValidity: _, ...older } = mailbox?.body ?? {}
      await documents.put(owner.accountId, MAILBOX, TRASH, older, [])
      const { memberships: __, ...record } = await recordOf(owner, id)
      await documents.put(owner.accountId, EMAIL, id, { ...record, mailboxIds: { [TRASH]: true } }, [{ name: 'mailbox', value: TRASH, sort: record.receivedAt }])
    })
    assert.equal(await world.store.read(tx => uidState(tx.documents, owner.accountId, TRASH)), null)
    await world.clock.advance(5_000)
    await change(owner, id, { keywords: { $seen: true } })
    assert.deepEqual(await discarded(owner, TRASH), [{ id, sort: world.clock.now() }])
    const { uidValidity, list } = await uids(owner, TRASH)
    assert.deepEqual([uidValidity, list], [Math.floor(world.clock.now() / 1_000), [[1, id]]])
  })
})
