import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { EVERY_STORE, type Opened } from '../../../test/support/every-store.ts'
import { systemClock } from '../../base/clock.ts'
import type { KeyFamily, KeyRemovalType } from '../../registry/key-families.ts'
import { KEYS } from '../../registry/key-families.ts'
import { KeyRemoval } from './key-removal.ts'

const FAMILIES: readonly KeyFamily[] = Object.values(KEYS)
const TYPES: readonly KeyRemovalType[] = [
  'resetRateLimiters', 'resetBlobQuotas', 'removeAuthTokens', 'removeLockQueueMessage', 'removeLockDav', 'removeSieveId', 'removeGreylist',
]
const ENDINGS = ['', 'a', '1/2/3', '\u{10FFFF}', '😀/', '%_', 'x'.repeat(300)]
const HOUR_MS = 3_600_000

for (const { name, prepare, skip } of EVERY_STORE) {
  describe(`families of keys on ${name}`, { skip }, () => {
    let opened: Opened
    let store: Awaited<ReturnType<Opened['open']>>
    before(async () => {
      opened = await prepare()
      store = await opened.open(systemClock)
    })
    after(async () => {
      await store.close()
      await opened.remove()
    })

    const fill = () => store.transact(async tx => {
      const now = await store.now()
      for (const { prefix } of FAMILIES) {
        for (const [nth, ending] of ENDINGS.entries()) await tx.keys.put(prefix + ending, {}, [null, now + HOUR_MS, now - HOUR_MS][nth % 3] ?? null)
      }
    })
    const left = async ({ prefix }: KeyFamily): Promise<number> => (await store.read(tx => tx.keys.list(prefix, 100))).length

    test('each type removes exactly its own', async () => {
      await fill()
      const whole = new Map(await Promise.all(FAMILIES.map(async family => [family.prefix, await left(family)] as const)))
      for (const type of TYPES) {
        await fill()
        const own = FAMILIES.filter(({ removedBy }) => removedBy === type)
        assert.ok(own.length > 0, type)
        assert.equal(await new KeyRemoval(store).remove(type, () => Promise.resolve()), own.length * ENDINGS.length)
        for (const family of FAMILIES) {
          assert.equal(await left(family), family.removedBy === type ? 0 : whole.get(family.prefix), `${type} and ${family.prefix}`)
        }
      }
    })

    test('a large family goes in parts; stopped between two, a repeat removes the rest', async () => {
      const [count, { prefix }] = [2_500, KEYS.greylist]
      await store.transact(async tx => { for (let nth = 0; nth < count; nth++) await tx.keys.put(`${prefix}${nth}`, {}, null) })
      const heard: number[] = []
      const stop = async (removed: number): Promise<void> => {
        heard.push(removed)
        throw new Error('stopped')
      }
      await assert.rejects(new KeyRemoval(store).remove('removeGreylist', stop), /stopped/)
      assert.deepEqual(heard, [1_000])
      const rest = await new KeyRemoval(store).remove('removeGreylist', async removed => { heard.push(removed) })
      assert.deepEqual([heard, rest], [[1_000, 1_000, 1_500], 1_500])
      assert.deepEqual(await store.read(tx => tx.keys.list(prefix, 1)), [])
    })
  })
}
