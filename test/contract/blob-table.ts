/** What every store promises of content by its hash. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { BlobOwner } from '../../src/services/ports.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(14, systemClock)

export function blobTableContract(store: () => Store): void {
  const put = (content: Uint8Array): Promise<string> => store().transact(tx => tx.blobs.put(content))
  const get = (hash: string): Promise<Uint8Array | null> => store().read(tx => tx.blobs.get(hash))
  const readable = (hash: string, accountId: string): Promise<boolean> =>
    store().read(tx => tx.blobs.readable(hash, accountId))
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

    test('an account may read what one of its documents links, until the last link is gone', async () => {
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
      await store().transact(tx => tx.blobs.unlink(hash, first))
      assert.equal(await readable(hash, first.accountId), true)
      await store().transact(tx => tx.blobs.unlink(hash, second))
      await store().transact(tx => tx.blobs.unlink(hash, second))
      assert.equal(await readable(hash, first.accountId), false)
      assert.ok(await get(hash))
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

    test('links of different accounts and collections are apart', async () => {
      const hash = await put(randomBytes(32))
      const [first, other] = [owner(), owner()]
      await store().transact(async tx => {
        await tx.blobs.link(hash, first)
        await tx.blobs.link(hash, { ...first, collection: 'file' })
        await tx.blobs.link(hash, { ...first, accountId: other.accountId })
        await tx.blobs.unlink(hash, first)
      })
      for (const { accountId } of [first, other]) assert.equal(await readable(hash, accountId), true)
    })
  })
}
