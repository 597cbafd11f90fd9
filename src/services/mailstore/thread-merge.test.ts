import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { arrive, partition, runMerges, type Letter } from '../../../test/support/conversations.ts'
import { mailWorld, type MailWorld } from '../../../test/support/mail-world.ts'
import { hasCode } from '../../errors.ts'
import { EMAIL, idOf, THREAD } from './mailstore.ts'
import type { EmailRecord } from './mailstore.ts'
import { threadKeys } from './email.ts'
import { ThreadMerge } from './thread-merge.ts'
import { joinable, THREAD_EMAILS_MAX } from './thread.ts'

let world: MailWorld
const gone = new Set<string>()
before(async () => { world = await mailWorld(undefined, (_tx, accountId) => Promise.resolve(!gone.has(accountId))) })
after(() => world.close())

let accounts = 0
const somebody = (): string => `000000000${String(++accounts).padStart(4, '0')}`
const letter = (id: string, ...references: string[]): Letter => ({ id, subject: 'Plan', references })
const all = async (accountId: string, ...letters: Letter[]): Promise<string[]> => {
  const ids: string[] = []
  for (const each of letters) ids.push(await arrive(world, accountId, each))
  return ids
}
const recordOf = (accountId: string, id: string): Promise<EmailRecord | undefined> =>
  world.store.read(async tx => (await world.mailStore.emails(tx, accountId, [id]))[0]?.record)
const threadOf = async (accountId: string, id: string): Promise<string> => (await recordOf(accountId, id))?.threadId ?? ''
const step = (accountId: string, keys: readonly string[]) => new ThreadMerge(world).step(accountId, keys)
const keysOf = async (accountId: string, id: string): Promise<string[]> => {
  const record = await recordOf(accountId, id)
  assert(record)
  return threadKeys(record)
}

describe('a late message', () => {
  test('that ties threads together queues one task, and the threads become one', async () => {
    const account = somebody()
    const [old = '', ...ids] = await all(account, letter('a@x'), letter('b@x'), letter('b2@x', 'b@x'), letter('c@x'), letter('z@x', 'a@x', 'b@x', 'c@x'))
    assert.deepEqual(await partition(world, account), [['a@x'], ['b2@x', 'b@x'], ['c@x', 'z@x']])
    const since = await world.store.read(tx => tx.documents.modseq(account, THREAD))
    const survivor = await threadOf(account, ids[0] ?? '')
    assert.equal(await runMerges(world), 1)
    assert.deepEqual(await partition(world, account), [['a@x', 'b2@x', 'b@x', 'c@x', 'z@x']])
    assert.equal(await threadOf(account, old), survivor, 'the thread with the most messages stays, and of these the oldest')
    const changes = await world.store.read(tx => tx.documents.changes(account, THREAD, since, 100))
    assert.deepEqual(changes?.map(({ kind }) => kind).toSorted(), ['destroyed', 'destroyed', 'updated', 'updated'])
  })

  test('that answers to one thread queues nothing', async () => {
    const account = somebody()
    await all(account, letter('a@x'), letter('b@x', 'a@x'), letter('c@x', 'a@x', 'b@x'))
    assert.equal(await runMerges(world), 0)
  })

  test('that comes while threads are joined is counted, and stays with them', async () => {
    const account = somebody()
    const [, , tie = ''] = await all(account, letter('a@x'), letter('b@x'), letter('z@x', 'a@x', 'b@x'))
    const keys = await keysOf(account, tie)
    await arrive(world, account, letter('c@x', 'b@x'))
    assert.deepEqual(await step(account, keys), { kind: 'joined' })
    await arrive(world, account, letter('d@x', 'a@x'))
    assert.deepEqual(await step(account, keys), { kind: 'ended', apart: 1 })
    assert.deepEqual(await partition(world, account), [['a@x', 'b@x', 'c@x', 'd@x', 'z@x']])
    const { totalEmails, totalThreads } = await world.mailbox({ accountId: account, quotaBytes: null }, 'inbox')
    assert.deepEqual([totalEmails, totalThreads], [5, 1])
    await runMerges(world)
  })

  test('in an account that is gone meanwhile is an error that says so', async () => {
    const account = somebody()
    gone.add(account)
    await assert.rejects(step(account, ['k']), error => hasCode(error, 'mail/account-gone'))
  })
})

describe('threads that would be too full', () => {
  const many = (count: number, root: string, prefix: string): Letter[] =>
    [letter(root), ...Array.from({ length: count - 1 }, (_, nth) => letter(`${prefix}${nth}@x`, root))]

  test('stay apart, and nothing is queued for them; smaller ones are joined all the same', async () => {
    const account = somebody()
    await all(account, ...many(THREAD_EMAILS_MAX - 1, 'a@x', 'a'), ...many(4, 'b@x', 'b'))
    const [tie = ''] = await all(account, letter('z@x', 'a@x', 'b@x'))
    assert.equal(await runMerges(world), 0)
    assert.deepEqual((await partition(world, account)).map(({ length }) => length).toSorted((a, b) => a - b), [5, 499])

    await all(account, letter('c@x'), letter('y@x', 'a@x', 'c@x', 'z@x'))
    assert.equal(await runMerges(world), 1)
    assert.deepEqual((await partition(world, account)).map(({ length }) => length).toSorted((a, b) => a - b), [6, 500])
    assert.deepEqual(await step(account, await keysOf(account, tie)), { kind: 'ended', apart: 2 })
  })

  test('are not filled in part: the first two that fit are joined', () => {
    const max = THREAD_EMAILS_MAX
    assert.deepEqual(joinable([]), null)
    assert.deepEqual(joinable([1]), null)
    assert.deepEqual(joinable([max, max, 1]), null)
    assert.deepEqual(joinable([max - 1, 1]), [0, 1])
    assert.deepEqual(joinable([max, max - 2, 3, 2, 1]), [1, 3])
  })
})

describe('what index, message and thread say of each other is mended', () => {
  const put = (account: string, id: string, record: EmailRecord, keys: readonly string[]) => world.store.transact(tx =>
    tx.documents.put(account, EMAIL, id, record, [{ name: 'mailbox', value: idOf('inbox'), sort: 1 }, ...keys.map(value => ({ name: 'thread', value, sort: 1 }))]))

  test('a message that stands under a foreign key joins nothing, and is indexed anew', async () => {
    const account = somebody()
    const [first = '', stranger = ''] = await all(account, letter('a@x'), letter('q@x'))
    const record = await recordOf(account, stranger)
    assert(record)
    const keys = await keysOf(account, first)
    await put(account, stranger, record, [...keys, ...threadKeys(record)])
    assert.deepEqual(await step(account, keys), { kind: 'ended', apart: 1 })
    assert.deepEqual(await partition(world, account), [['a@x'], ['q@x']])
    const under = await world.store.read(tx => tx.documents.scan(account, EMAIL, { name: 'thread', value: keys[0] ?? '', ascending: true, limit: 9 }))
    assert.deepEqual(under.map(({ id }) => id), [first])
  })

  test('a message that its thread does not know is listed, and joined with the others', async () => {
    const account = somebody()
    const [, , tie = ''] = await all(account, letter('a@x'), letter('b@x'), letter('z@x', 'a@x', 'b@x'))
    const [lost = ''] = await all(account, letter('c@x', 'a@x'))
    const record = await recordOf(account, lost)
    assert(record)
    await world.store.transact(async tx => {
      const threadId = 'lost000000000'
      const [thread] = await tx.documents.get(account, THREAD, [record.threadId])
      assert(thread)
      await tx.documents.put(account, EMAIL, lost, { ...record, threadId }, threadKeys(record).map(value => ({ name: 'thread', value, sort: 1 })))
    })
    const keys = await keysOf(account, tie)
    for (let left = 5; left > 0 && (await step(account, keys)).kind === 'joined'; left--);
    await runMerges(world)
    assert.deepEqual(await partition(world, account), [['a@x', 'b@x', 'c@x', 'z@x']])
  })
})
