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
