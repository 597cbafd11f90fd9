/** What every store promises of keys with an expiry. Times are taken from the store's own clock. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Store } from '../../src/store/store.ts'

const ids = idSource(12, systemClock)
const HOUR_MS = 3_600_000

export function keyValueTableContract(store: () => Store): void {
  const put = (key: string, value: JsonObject, expiresAt: number | null = null): Promise<void> =>
    store().transact(tx => tx.keys.put(key, value, expiresAt))
  const create = (key: string, value: JsonObject, expiresAt: number | null = null): Promise<boolean> =>
    store().transact(tx => tx.keys.create(key, value, expiresAt))
  const get = (key: string): Promise<JsonObject | null> => store().read(tx => tx.keys.get(key))
  const remove = (key: string): Promise<boolean> => store().transact(tx => tx.keys.remove(key))
  const list = (prefix: string, limit = 100, after?: string): Promise<string[]> =>
    store().read(async tx => (await tx.keys.list(prefix, limit, after)).map(entry => entry.key))
  const past = async (): Promise<number> => await store().now() - 1
  const future = async (): Promise<number> => await store().now() + HOUR_MS

  describe('keys', () => {
    test('put writes and replaces, remove says whether there was something', async () => {
      const key = ids.next()
      assert.equal(await get(key), null)
      await put(key, { count: 1, text: 'NUL \0 😀' })
      assert.deepEqual(await get(key), { count: 1, text: 'NUL \0 😀' })
      await put(key, { count: 2 }, await future())
      assert.deepEqual(await get(key), { count: 2 })
      assert.equal(await remove(key), true)
      assert.equal(await remove(key), false)
      assert.equal(await get(key), null)
    })

    test('many are put at once and replace what was there, and are read at once in the order that was asked for', async () => {
      const [prefix, ahead, expired] = [ids.next(), await future(), await past()]
      const long = `${prefix}/${'x'.repeat(5_000)}`
      await put(`${prefix}/1`, { count: 1 }, expired)
      await put(`${prefix}/2`, { count: 2 })
      const more = Array.from({ length: 1_000 }, (_, nth) => ({ key: `${prefix}/many/${nth}`, value: { nth }, expiresAt: ahead }))
      await store().transact(tx => tx.keys.putAll([
        { key: long, value: { isLong: true }, expiresAt: null }, { key: `${prefix}/2`, value: { count: 3 }, expiresAt: expired },
        { key: `${prefix}/1`, value: { count: 4 }, expiresAt: null },
        { key: `${prefix}/1`, value: { text: 'NUL \0 😀' }, expiresAt: ahead }, ...more,
      ]))
      await store().transact(tx => tx.keys.putAll([]))
      const getAll = (keys: readonly string[]) => store().read(tx => tx.keys.getAll(keys))
      assert.deepEqual(await getAll([`${prefix}/1`, `${prefix}/2`, long, `${prefix}/none`, `${prefix}/1`]),
        [{ text: 'NUL \0 😀' }, null, { isLong: true }, null, { text: 'NUL \0 😀' }])
      assert.deepEqual(await getAll(more.map(({ key }) => key)), more.map(({ value }) => value))
      assert.deepEqual(await getAll([]), [])
    })

    test('create leaves what is there', async () => {
      const key = ids.next()
      assert.equal(await create(key, { by: 'first' }, await future()), true)
      assert.equal(await create(key, { by: 'second' }), false)
      assert.deepEqual(await get(key), { by: 'first' })
    })

    test('an expired key is not there', async () => {
      const [prefix, expired] = [ids.next(), await past()]
      const key = `${prefix}/a`
      await put(key, { old: true }, expired)
      await put(`${prefix}/b`, {}, await future())
      assert.equal(await get(key), null)
      assert.deepEqual(await list(prefix), [`${prefix}/b`])
      assert.equal(await remove(key), false)
      await put(key, { old: true }, expired)
      assert.equal(await create(key, { old: false }), true)
      assert.deepEqual(await get(key), { old: false })
    })

    test('put can take an expiry away and set one', async () => {
      const key = ids.next()
      await put(key, {}, await past())
      await put(key, { stays: true }, null)
      assert.deepEqual(await get(key), { stays: true })
      await put(key, {}, await past())
      assert.equal(await get(key), null)
    })

    test('list takes the prefix literally, in byte order, in pages', async () => {
      const prefix = `${ids.next()}%_`
      const names = ['', 'a', 'a/b', 'b', 'B', '0', '_', '%', 'é', '\uFFFD', '😀', 'ab']
      for (const name of names) await put(prefix + name, { name })
      await put(`${prefix.slice(0, -2)}xx`, {})
      const expected = names.toSorted(byBytes).map(name => prefix + name)
      assert.deepEqual(await list(prefix), expected)
      assert.deepEqual(await list(prefix, 4), expected.slice(0, 4))
      assert.deepEqual(await list(prefix, 4, expected[3]), expected.slice(4, 8))
      assert.deepEqual(await list(prefix, 4, expected.at(-1)), [])
      assert.deepEqual(await list(`${prefix}a`), ['a', 'a/b', 'ab'].map(name => prefix + name))
      const entries = await store().read(tx => tx.keys.list(`${prefix}b`, 1))
      assert.deepEqual(entries, [{ key: `${prefix}b`, value: { name: 'b' } }])
    })

    test('a prefix may end with any character', async () => {
      const start = ids.next()
      for (const last of ['\uD7FF', '\uE000', '\u{10FFFF}', '\u{10FFFF}\u{10FFFF}', 'a']) {
        const prefix = `${start}${last}`
        for (const rest of ['', 'x', '\u{10FFFF}']) await put(`${prefix}/${rest}`, {})
        await put(`${start}b`, {})
        assert.deepEqual(await list(`${prefix}/`), ['', 'x', '\u{10FFFF}'].map(rest => `${prefix}/${rest}`))
        assert.equal((await list(prefix)).filter(key => !key.startsWith(prefix)).length, 0)
        assert.ok((await list(prefix)).length >= 3)
      }
    })

    test('keys of any length and content work', async () => {
      const start = ids.next()
      const keys = ['NUL\0', '\ud800', "'", 'x'.repeat(5_000), `${'x'.repeat(4_999)}y`]
      for (const [nth, key] of keys.entries()) assert.equal(await create(start + key, { nth }), true)
      for (const [nth, key] of keys.entries()) assert.deepEqual(await get(start + key), { nth })
    })

    test('removeExpired takes at most its limit, and only what has expired', async () => {
      const prefix = ids.next()
      const [expired, ahead] = [await past(), await future()]
      await store().transact(async tx => { while (await tx.keys.removeExpired(1_000) > 0) continue })
      for (let nth = 0; nth < 5; nth++) await put(`${prefix}/${nth}`, {}, nth < 3 ? expired : ahead)
      await put(`${prefix}/5`, {}, null)
      assert.equal(await store().transact(tx => tx.keys.removeExpired(2)), 2)
      assert.equal(await store().transact(tx => tx.keys.removeExpired(2)), 1)
      assert.equal(await store().transact(tx => tx.keys.removeExpired(2)), 0)
      assert.deepEqual(await list(prefix), [3, 4, 5].map(nth => `${prefix}/${nth}`))
    })

    test('removePrefix takes the prefix literally and at most its limit, expired keys too', async () => {
      const start = ids.next()
      const prefix = `${start}%_/`
      const [expired, ahead] = [await past(), await future()]
      for (const [nth, name] of ['', 'a', 'a/b', '😀', '\uFFFD'].entries()) await put(prefix + name, {}, [null, expired, ahead][nth % 3])
      const others = [`${start}%_`, `${start}%_.`, `${start}%_0`, `${start}xx/a`, start]
      for (const key of others) await put(key, {})
      const removePrefix = (limit: number) => store().transact(tx => tx.keys.removePrefix(prefix, limit))
      assert.equal(await removePrefix(2), 2)
      assert.equal(await removePrefix(2), 2)
      assert.equal(await removePrefix(2), 1)
      assert.equal(await removePrefix(2), 0)
      assert.deepEqual(await list(start), others.toSorted(byBytes))
      await put(`${prefix}\0`, {})
      assert.equal(await store().transact(tx => tx.keys.removePrefix(`${prefix}\0`, 2)), 1)
    })

    test('who removes a prefix counts what he removed himself, and ends with all of it gone', async () => {
      const prefix = `${ids.next()}/`
      const [count, limit] = [60, 7]
      for (let nth = 0; nth < count; nth++) await put(`${prefix}${nth}`, {}, await past())
      const inParts = async (): Promise<number> => {
        let removed = 0
        for (;;) {
          const part = await store().transact(tx => tx.keys.removePrefix(prefix, limit))
          removed += part
          if (part < limit) return removed
        }
      }
      const removed = await Promise.all([inParts(), inParts()])
      assert.equal(removed.reduce((sum, part) => sum + part, 0), count)
      assert.equal(await store().transact(tx => tx.keys.removePrefix(prefix, 1)), 0)
    })

    test('of creators at the same time one succeeds, of a new key and of an expired one', async () => {
      for (const expired of [false, true]) {
        const key = ids.next()
        if (expired) await put(key, {}, await past())
        const ahead = await future()
        const replies = await Promise.all(Array.from({ length: 8 }, (_, nth) => create(key, { nth }, ahead)))
        assert.deepEqual(replies.filter(created => created), [true])
        assert.deepEqual(await get(key), { nth: replies.indexOf(true) })
      }
    })
  })
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right))
}
