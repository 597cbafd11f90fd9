/** What every store promises of content by its hash. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { BlobOwner, BlobPurged } from '../../src/services/ports.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { purgeShardOf, shardOf } from '../support/blobs.ts'

const ids = idSource(14, systemClock)

export function blobTableContract(store: () => Store): void {
  const put = (content: Uint8Array): Promise<string> => store().transact(tx => tx.blobs.put(content))
  const get = (hash: string): Promise<Uint8Array | null> => store().read(tx => tx.blobs.get(hash))
  const readable = (hash: string, accountId: string, readerId?: string): Promise<boolean> =>
    store().read(tx => tx.blobs.readable(hash, accountId, readerId))
  const unlink = ({ blobs }: Tx, hash: string, { accountId, collection, id }: BlobOwner): Promise<void> =>
    blobs.unlink(accountId, collection, [{ id, hash }])
  const owner = (): BlobOwner => ({ accountId: ids.next(), collection: 'email', id: ids.next() })

  describe('blobs', () => {
    test('content comes back byte for byte under its SHA-256', async () => {
      const contents = [new Uint8Array(0), new Uint8Array([0, 255, 10, 13, 0]), randomBytes(3_000_000)]
      for (const content of contents) {
        const hash = await put(content)
        assert.equal(hash, createHash('sha256').update(content).digest('base64url'))
        const found = await get(hash)
        assert.ok(found instanceof Uint8Array && Buffer.compare(found, content) === 0)
        assert.equal(await store().read(tx => tx.blobs.size(hash)), content.byteLength)
      }
    })

    test('several are read at once, without those that are not there', async () => {
      const contents = [randomBytes(10), randomBytes(100_000), new Uint8Array(0)]
      const hashes = await Promise.all(contents.map(put))
      const found = await store().read(tx => tx.blobs.getAll([...hashes, hashes[0] ?? '', ids.next(), 'NUL\0']))
      assert.deepEqual([...found.keys()].toSorted(), hashes.toSorted())
      for (const [nth, hash] of hashes.entries()) {
        const content = found.get(hash)
        assert.ok(content instanceof Uint8Array && Buffer.compare(content, contents[nth] ?? new Uint8Array(1)) === 0)
      }
      assert.equal((await store().read(tx => tx.blobs.getAll([]))).size, 0)
    })

    test('unknown hashes are null', async () => {
      for (const hash of [ids.next(), 'NUL\0', '']) {
        assert.equal(await get(hash), null)
        assert.equal(await store().read(tx => tx.blobs.size(hash)), null)
        assert.equal(await readable(hash, ids.next()), false)
      }
    })

    test('what the caller does to its buffer afterwards changes nothing', async () => {
      const content = new Uint8Array(randomBytes(16))
      const copy = new Uint8Array(content)
      const hash = await put(content)
      content.fill(0)
      assert.deepEqual([...await get(hash) ?? []], [...copy])
    })

    test('putting again, also at the same time, stores it once', async () => {
      const content = randomBytes(100_000)
      const hashes = await Promise.all(Array.from({ length: 8 }, () => put(content)))
      assert.equal(new Set(hashes).size, 1)
      assert.equal(await put(content), hashes[0])
    })

    test('a put that waits for another one that rolls back still stores', async () => {
      const content = randomBytes(64)
      const written = Promise.withResolvers<void>()
      const failing = assert.rejects(store().transact(async tx => {
        const hash = await tx.blobs.put(content)
        written.resolve()
        for (let turn = 0; turn < 20; turn++) await tx.blobs.size(hash)
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      await written.promise
      const hash = await put(content)
      await failing
      assert.equal(await store().read(tx => tx.blobs.size(hash)), 64)
    })

    test('an account may read what one of its documents links, and after the last link is gone until a purge', async () => {
      const hash = await put(randomBytes(32))
      const first = owner()
      const second = { ...first, id: ids.next() }
      assert.equal(await readable(hash, first.accountId), false)
      await store().transact(async tx => {
        await tx.blobs.link(hash, first)
        await tx.blobs.link(hash, first)
        await tx.blobs.link(hash, second)
      })
      assert.equal(await readable(hash, first.accountId), true)
      assert.equal(await readable(hash, ids.next()), false)
      await store().transact(tx => unlink(tx, hash, first))
      assert.equal(await readable(hash, first.accountId), true)
      await store().transact(tx => unlink(tx, hash, second))
      await store().transact(tx => unlink(tx, hash, second))
      assert.deepEqual([await readable(hash, first.accountId), await readable(hash, ids.next())], [true, false])
      await purgeShardOf(store(), hash, await store().now())
      assert.deepEqual([await get(hash), await readable(hash, first.accountId)], [null, false])
    })

    test('only what is there can be linked, and unlinking what was not linked claims nothing', async () => {
      const gone = createHash('sha256').update(ids.next()).digest('base64url')
      for (const hash of [gone, '', 'NUL\0']) {
        await assert.rejects(store().transact(tx => tx.blobs.link(hash, owner())), { code: 'blob/missing' })
      }
      const [hash, stranger] = [await put(randomBytes(32)), owner()]
      await store().transact(tx => unlink(tx, hash, stranger))
      assert.equal(await readable(hash, stranger.accountId), false)
    })

    test('many are linked at once, and none of them when a content is missing', async () => {
      const [first, second] = [owner(), owner()]
      const links = (...hashes: string[]) => hashes.map(hash => ({ id: first.id, hash }))
      const [one, two] = [await put(randomBytes(32)), await put(randomBytes(32))]
      const link = (...hashes: string[]): Promise<void> => store().transact(tx => tx.blobs.linkAll(first.accountId, first.collection, links(...hashes)))
      await assert.rejects(link(one, '0'.repeat(43)), { code: 'blob/missing' })
      assert.equal(await readable(one, first.accountId), false)
      await link(one, two, one)
      assert.deepEqual([await readable(one, first.accountId), await readable(two, first.accountId), await readable(one, second.accountId)], [true, true, false])
    })

    test('many are unlinked at once, pair by pair, and claimed for the account that had them', async () => {
      const [one, two, three] = [await put(randomBytes(32)), await put(randomBytes(32)), await put(randomBytes(32))]
      const first = owner()
      const [second, stranger] = [{ ...first, id: ids.next() }, owner()]
      await store().transact(async tx => {
        for (const [hash, each] of [[one, first], [one, second], [two, second], [three, stranger]] as const) await tx.blobs.link(hash, each)
      })
      await store().transact(tx => tx.blobs.unlink(first.accountId, first.collection, [
        { id: first.id, hash: one }, { id: second.id, hash: one }, { id: first.id, hash: two }, { id: stranger.id, hash: three },
      ]))
      assert.equal(await readable(one, first.accountId), true)
      const before = await store().now()
      await passedBy(store(), before)
      // The claims are as old as the unlinking; what is still linked is kept all the same.
      for (const hash of [one, two, three]) await purgeShardOf(store(), hash, before)
      const readers = [await readable(one, first.accountId), await readable(two, first.accountId), await readable(three, first.accountId), await readable(three, stranger.accountId)]
      assert.deepEqual([await get(one), !!await get(two), !!await get(three)], [null, true, true])
      assert.deepEqual(readers, [false, true, false, true])
    })

    test('a claim lets its holder read, or every member, in that account', async () => {
      const [accountId, holder, other] = [ids.next(), ids.next(), ids.next()]
      const [own, shared] = [await put(randomBytes(32)), await put(randomBytes(32))]
      await store().transact(async tx => {
        await tx.blobs.claim(own, accountId, holder)
        await tx.blobs.claim(own, accountId, holder)
        await tx.blobs.claim(shared, accountId, null)
      })
      const readers = async (hash: string): Promise<boolean[]> =>
        [await readable(hash, accountId, holder), await readable(hash, accountId, other), await readable(hash, accountId), await readable(hash, other, holder)]
      assert.deepEqual(await readers(own), [true, false, false, false])
      assert.deepEqual(await readers(shared), [true, true, true, false])
    })

    describe('release', () => {
      const release = ({ accountId, collection, id }: BlobOwner, ...hashes: string[]): Promise<void> =>
        store().transact(tx => tx.blobs.release(accountId, collection, hashes.map(hash => ({ id, hash }))))
      const linked = async (...owners: BlobOwner[]): Promise<string> => {
        const hash = await put(randomBytes(32))
        await store().transact(async tx => { for (const each of owners) await tx.blobs.link(hash, each) })
        return hash
      }

      test('removes the content with its last link, whoever else had one', async () => {
        const [first, other] = [owner(), owner()]
        const [shared, own, foreign] = [await linked(first, other), await linked(first), await linked(other)]
        await release(first, shared, own, foreign)
        assert.deepEqual([(await get(shared))?.byteLength, await get(own), (await get(foreign))?.byteLength], [32, null, 32])
        assert.deepEqual([await readable(shared, first.accountId), await readable(shared, other.accountId)], [false, true])
        await release(first, shared, own, foreign)
        await release(other, shared)
        assert.deepEqual([await get(shared), (await get(foreign))?.byteLength], [null, 32])
      })

      test('unlinks pairs only: another document of the account keeps the same content', async () => {
        const first = owner()
        const second = { ...first, id: ids.next() }
        const third = { ...first, collection: 'file' }
        const [one, two] = [await linked(first, second, third), await linked(second)]
        await store().transact(tx => tx.blobs.release(first.accountId, first.collection, [
          { id: first.id, hash: one }, { id: second.id, hash: two },
        ]))
        assert.deepEqual([(await get(one))?.byteLength, await get(two)], [32, null])
        await release(second, one)
        assert.equal((await get(one))?.byteLength, 32)
        await release(third, one)
        assert.equal(await get(one), null)
      })

      test('many at once, and none', async () => {
        const first = owner()
        const contents = Array.from({ length: 300 }, (_, nth) => Buffer.from(`${first.id} ${nth}`))
        const hashes = await store().transact(async tx => {
          const made: string[] = []
          for (const content of contents) {
            const hash = await tx.blobs.put(content)
            await tx.blobs.link(hash, first)
            made.push(hash)
          }
          return made
        })
        await release(first)
        await release(first, ...hashes, 'NUL\0')
        for (const hash of hashes) assert.equal(await get(hash), null)
      })

      test('a content that is put and linked again at the same time is there afterwards', async () => {
        for (let round = 0; round < 20; round++) {
          const [first, second] = [owner(), owner()]
          const content = randomBytes(32)
          const hash = await put(content)
          await store().transact(tx => tx.blobs.link(hash, first))
          await Promise.all([
            release(first, hash),
            store().transact(async tx => tx.blobs.link(await tx.blobs.put(content), second)),
          ])
          assert.ok(await get(hash), `round ${round}`)
          assert.equal(await readable(hash, second.accountId), true)
        }
      })
    })

    describe('disown', () => {
      const disown = (accountId: string, limit = 10): Promise<number> => store().transact(tx => tx.blobs.disown(accountId, limit))

      test('removes what only this account claims, a batch at a time', async () => {
        const [accountId, other] = [ids.next(), ids.next()]
        const hashes = [await put(randomBytes(32)), await put(randomBytes(32)), await put(randomBytes(32))]
        const [own = '', claimed = '', linked = ''] = hashes
        await store().transact(async tx => {
          for (const hash of hashes) await tx.blobs.claim(hash, accountId, accountId)
          await tx.blobs.claim(own, accountId, other)
          await tx.blobs.claim(claimed, other, null)
          await tx.blobs.link(linked, owner())
        })
        assert.deepEqual([await disown(accountId, 3), await disown(accountId, 3), await disown(accountId, 3)], [3, 1, 0])
        assert.deepEqual([await get(own), (await get(claimed))?.byteLength, (await get(linked))?.byteLength], [null, 32, 32])
        for (const hash of hashes) assert.equal(await readable(hash, accountId, accountId), false)
        assert.equal(await readable(claimed, other), true)
      })

      test('removes what the account has uploaded into those of others, and nothing that these keep', async () => {
        const [accountId, group, other] = [ids.next(), ids.next(), ids.next()]
        const hashes = [await put(randomBytes(32)), await put(randomBytes(32)), await put(randomBytes(32))]
        const [uploaded = '', both = '', members = ''] = hashes
        await store().transact(async tx => {
          await tx.blobs.claim(both, accountId, accountId)
          for (const hash of hashes) await tx.blobs.claim(hash, group, accountId)
          await tx.blobs.claim(both, group, other)
          await tx.blobs.claim(members, group, null)
        })
        assert.deepEqual([await disown(accountId, 3), await disown(accountId, 3), await disown(accountId, 3)], [3, 1, 0])
        assert.deepEqual([await get(uploaded), (await get(both))?.byteLength, (await get(members))?.byteLength], [null, 32, 32])
        assert.deepEqual([await readable(both, group, accountId), await readable(both, group, other), await readable(members, group)], [false, true, true])
      })

      test('releasing leaves what another account claims', async () => {
        const [first, other] = [owner(), ids.next()]
        const hash = await put(randomBytes(32))
        await store().transact(async tx => {
          await tx.blobs.link(hash, first)
          await tx.blobs.claim(hash, first.accountId, first.accountId)
          await tx.blobs.claim(hash, other, other)
        })
        await store().transact(tx => tx.blobs.release(first.accountId, first.collection, [{ id: first.id, hash }]))
        assert.ok(await get(hash))
        await disown(other)
        assert.ok(await get(hash))
        await disown(first.accountId)
        assert.equal(await get(hash), null)
      })
    })

    describe('purge', () => {
      /** Contents of one shard, in which other tests may have some too. */
      const inShard = async (shardIndex: number, count: number): Promise<string[]> => {
        const hashes: string[] = []
        while (hashes.length < count) {
          const content = randomBytes(16)
          if (createHash('sha256').update(content).digest()[0] === shardIndex) hashes.push(await put(content))
        }
        return hashes.toSorted()
      }
      const purge = (shardIndex: number, before: number, after = '', limit = 1_000): Promise<BlobPurged> =>
        store().transact(tx => tx.blobs.purge(shardIndex, { before, after, limit }))

      test('removes what nothing links and what was stored long enough ago, and never earlier', async () => {
        const [stored = '', linked = '', claimed = '', unlinked = ''] = await inShard(201, 4)
        const [first, second] = [owner(), owner()]
        const start = await store().now()
        await store().transact(async tx => {
          await tx.blobs.link(linked, first)
          await tx.blobs.link(unlinked, second)
        })
        await purge(201, start - 60_000)
        assert.ok(await get(stored))
        await passedBy(store(), start)
        const before = await store().now()
        await passedBy(store(), before)
        await store().transact(async tx => {
          await tx.blobs.claim(claimed, first.accountId, first.accountId)
          await unlink(tx, unlinked, second)
        })
        const { looked, removed, octets, next } = await purge(201, before)
        assert.ok(looked >= 4 && removed >= 1 && octets >= 16 * removed && next === null)
        assert.deepEqual([await get(stored), !!await get(linked), !!await get(claimed), !!await get(unlinked)], [null, true, true, true])
        // What is claimed stays claimed, however often somebody looks.
        assert.equal((await purge(201, before)).removed, 0)
        assert.deepEqual([await readable(claimed, first.accountId, first.accountId), await readable(unlinked, second.accountId)], [true, true])
        const now = await store().now()
        assert.equal((await purge(201, now)).removed, 2)
        assert.deepEqual([!!await get(linked), await get(claimed), await get(unlinked)], [true, null, null])
        assert.deepEqual(await purge(201, now), { looked: looked - removed - 2, removed: 0, octets: 0, next: null })
      })

      test('goes through a shard in order of hash, a page at a time, and touches no other', async () => {
        const hashes = await inShard(202, 7)
        const [foreign = ''] = await inShard(203, 1)
        const before = await store().now()
        const pages: BlobPurged[] = []
        for (let after: string | null = ''; after !== null;) {
          const page = await purge(202, before, after, 3)
          pages.push(page)
          after = page.next
        }
        const ends = pages.flatMap(({ next }) => next ?? [])
        assert.ok(pages.length >= 3 && pages.slice(0, -1).every(({ looked }) => looked === 3))
        assert.deepEqual(ends, ends.toSorted())
        for (const hash of hashes) assert.equal(await get(hash), null)
        assert.ok(await get(foreign))
        await purge(203, before)
        assert.equal(await get(foreign), null)
      })

      test('an old claim lets nobody read any more, also when others keep the content', async () => {
        const [hash = ''] = await inShard(204, 1)
        const [keeper, former] = [owner(), ids.next()]
        await store().transact(async tx => {
          await tx.blobs.link(hash, keeper)
          await tx.blobs.claim(hash, former, null)
        })
        await purge(204, await store().now())
        assert.deepEqual([await readable(hash, former), await readable(hash, keeper.accountId)], [false, true])
        await store().transact(tx => tx.blobs.release(keeper.accountId, keeper.collection, [{ id: keeper.id, hash }]))
      })

      test('what is put and linked, or claimed, at the same time is there afterwards', async () => {
        for (let round = 0; round < 20; round++) {
          const contents = [randomBytes(32), randomBytes(32)] as const
          const hashes = [await put(contents[0]), await put(contents[1])] as const
          const [first, second] = [owner(), ids.next()]
          const before = await store().now()
          await Promise.all([
            ...hashes.map(hash => purge(shardOf(hash), before)),
            store().transact(async tx => tx.blobs.link(await tx.blobs.put(contents[0]), first)),
            store().transact(async tx => tx.blobs.claim(await tx.blobs.put(contents[1]), second, second)),
          ])
          assert.deepEqual([!!await get(hashes[0]), !!await get(hashes[1])], [true, true], `round ${round}`)
        }
      })

      test('who links what a purge takes at the same time has it, or is told that it is gone', async () => {
        for (let round = 0; round < 20; round++) {
          const hash = await put(randomBytes(32))
          const before = await store().now()
          const [, linked] = await Promise.allSettled([
            purge(shardOf(hash), before), store().transact(tx => tx.blobs.link(hash, owner())),
          ])
          assert.equal(await get(hash) !== null, linked.status === 'fulfilled', `round ${round}`)
        }
      })
    })

    test('links of different accounts and collections are apart', async () => {
      const hash = await put(randomBytes(32))
      const [first, other] = [owner(), owner()]
      await store().transact(async tx => {
        await tx.blobs.link(hash, first)
        await tx.blobs.link(hash, { ...first, collection: 'file' })
        await tx.blobs.link(hash, { ...first, accountId: other.accountId })
        await unlink(tx, hash, first)
      })
      for (const { accountId } of [first, other]) assert.equal(await readable(hash, accountId), true)
    })
  })
}

/** Resolves when the store's clock shows a later time. */
async function passedBy(store: Store, time: number): Promise<void> {
  while (await store.now() <= time) await systemClock.breathe()
}
