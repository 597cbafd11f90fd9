import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, test } from 'node:test'
import { purgeShardOf } from '../../../test/support/blobs.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { Id } from '../../base/ids.ts'
import { hasCode } from '../../errors.ts'
import { BLOB_GRACE_MS } from '../upkeep/blob-purge.ts'
import { UPLOADED_OCTETS_MAX, UPLOADS_MAX, Uploads } from './uploads.ts'

const HOUR_MS = 3_600_000
const GROUP = '00000000000gr'
let world: MailWorld
let gone: Id | null
beforeEach(async () => {
  gone = null
  world = await mailWorld(undefined, (_tx, accountId) => Promise.resolve(accountId !== gone))
})
afterEach(() => world.close())

const upload = (content: Uint8Array, accountId = BOB.accountId, uploaderId = BOB.accountId): Promise<string> =>
  world.uploads.store(accountId, uploaderId, content)
const read = (blobId: string, accountId: Id, readerId: Id) =>
  world.store.read(tx => world.mailStore.download(tx, accountId, blobId, readerId))
async function refusal(work: Promise<unknown>): Promise<number> {
  const error: unknown = await work.then(() => null, (reason: unknown) => reason)
  assert(hasCode(error, 'upload/over-quota'))
  return Number(error.details['retryAfterMs'])
}
/** As if so much had been uploaded at this moment. */
async function uploaded(count: number, octets: number, uploaderId = BOB.accountId): Promise<void> {
  const began = world.clock.now() - world.clock.now() % 300_000
  const key = `blob-quota/${uploaderId}/${String(began).padStart(15, '0')}`
  await world.store.transact(tx => tx.keys.put(key, { count, octets }, world.clock.now() + HOUR_MS))
}

test('content is read by who uploaded it, in the account that he named, and by nobody else there', async () => {
  const content = randomBytes(100)
  const blobId = await upload(content, GROUP)
  assert.deepEqual(Buffer.from(await read(blobId, GROUP, BOB.accountId) ?? []), content)
  for (const [accountId, readerId] of [[GROUP, ANN.accountId], [BOB.accountId, BOB.accountId], [ANN.accountId, ANN.accountId]] as const) {
    assert.equal(await read(blobId, accountId, readerId), null)
  }
})

test('what is not used goes with the first purge past the grace; uploading again begins it anew', async () => {
  const [once, again] = [randomBytes(10), randomBytes(20)]
  const [left, kept] = [await upload(once), await upload(again)]
  await world.clock.advance(BLOB_GRACE_MS)
  await upload(again)
  const before = world.clock.now() - BLOB_GRACE_MS
  assert.deepEqual([await purgeShardOf(world.store, left, before - 1), await purgeShardOf(world.store, kept, before - 1)], [0, 0])
  await purgeShardOf(world.store, left, before)
  await purgeShardOf(world.store, kept, before)
  assert.equal(await read(left, BOB.accountId, BOB.accountId), null)
  assert.ok(await read(kept, BOB.accountId, BOB.accountId))
})

test('so many files an hour, of one person in all accounts', async () => {
  await uploaded(UPLOADS_MAX - 1, 0)
  await upload(randomBytes(1), GROUP)
  const waitMs = await refusal(upload(randomBytes(1)))
  assert.ok(waitMs > 0 && waitMs <= HOUR_MS + 300_000)
  await refusal(world.uploads.checkRoom(BOB.accountId, 0))
  await upload(randomBytes(1), GROUP, ANN.accountId)
  await world.clock.advance(waitMs)
  await upload(randomBytes(1))
})

test('so many bytes an hour, to the last one, and what is refused is not kept', async () => {
  await uploaded(3, UPLOADED_OCTETS_MAX - 100)
  const tooMuch = randomBytes(101)
  await refusal(upload(tooMuch))
  assert.equal((await world.store.read(tx => tx.keys.list('blob-quota/', 10))).length, 1)
  await upload(randomBytes(60))
  await world.uploads.checkRoom(BOB.accountId, 40)
  await refusal(world.uploads.checkRoom(BOB.accountId, 41))
})

test('what was uploaded counts for an hour, bit by bit', async () => {
  for (let part = 0; part < 4; part++) {
    await uploaded(UPLOADS_MAX / 4, 0)
    await world.clock.advance(HOUR_MS / 4)
  }
  await world.clock.advance(1)
  await uploaded(UPLOADS_MAX / 4 - 1, 0)
  await upload(randomBytes(1))
  await refusal(upload(randomBytes(1)))
})

test('two at once cannot both take the last room', async () => {
  await uploaded(UPLOADS_MAX - 1, 0)
  const ends = await Promise.allSettled([upload(randomBytes(1)), upload(randomBytes(2))])
  assert.deepEqual(ends.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected'])
})

test('an account that is gone takes and uploads nothing', async () => {
  gone = BOB.accountId
  for (const [accountId, uploaderId] of [[BOB.accountId, BOB.accountId], [GROUP, BOB.accountId], [BOB.accountId, ANN.accountId]] as const) {
    await assert.rejects(upload(randomBytes(1), accountId, uploaderId), { code: 'mail/account-gone' })
  }
  assert.deepEqual(await world.store.read(tx => tx.keys.list('blob-quota/', 10)), [])
})

test('an upload that breaks off leaves nothing, also no count', async () => {
  const content = randomBytes(30)
  const broken = new Uploads({
    mailStore: world.mailStore, clock: world.clock,
    store: {
      read: work => world.store.read(work),
      transact: work => world.store.transact(async tx => {
        await work(tx)
        throw new Error('planted')
      }),
    },
  })
  await assert.rejects(broken.store(BOB.accountId, BOB.accountId, content), /planted/)
  assert.deepEqual(await world.store.read(tx => tx.keys.list('blob-quota/', 10)), [])
  const hash = await world.store.transact(tx => tx.blobs.put(content))
  assert.equal(await read(hash, BOB.accountId, BOB.accountId), null)
})
