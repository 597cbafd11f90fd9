/**
 * What every store promises of registry objects. Each test uses object names of its own, so all can share one
 * store.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Id } from '../../src/base/ids.ts'
import type { ObjectQuery } from '../../src/registry/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { filter, freshName, ids, objectsOf, unique } from './object-fixtures.ts'
import { objectRacesContract } from './object-races.ts'

export function objectTableContract(store: () => Store): void {
  const { insert, update, remove, get, query, versionOf, insertMany } = objectsOf(store)
  objectRacesContract(store)

  describe('objects: one at a time', () => {
    test('get answers in the order asked and leaves unknown ids out', async () => {
      const object = freshName()
      const [first, second] = await insertMany(object, 2) as [Id, Id]
      assert.deepEqual(await get(object, second, ids.next(), first), [
        { id: second, version: 1, body: { nth: 1 } },
        { id: first, version: 1, body: { nth: 0 } },
      ])
      assert.deepEqual(await get(freshName(), first), [])
      assert.deepEqual(await get(object), [])
    })

    test('a body comes back as it was', async () => {
      const object = freshName()
      const id = ids.next()
      const deep = [{ yes: true, none: null }, 1.5, -0.25, Number.MAX_SAFE_INTEGER]
      const body = { text: 'NUL \0, “quotes”, 😀', deep, '': 'empty' }
      await insert(object, id, [], [], body)
      assert.deepEqual(await get(object, id), [{ id, version: 1, body }])
    })

    test('an id can be inserted once', async () => {
      const object = freshName()
      assert.deepEqual(await insert(object, 'singleton'), { kind: 'written' })
      const refused = { kind: 'conflict', field: 'id', existingId: 'singleton' }
      assert.deepEqual(await insert(object, 'singleton'), refused)
    })

    test('many are inserted at once and found by their values, and none of them when an id is taken', async () => {
      const object = freshName()
      const [first, second, third] = [ids.next(), ids.next(), ids.next()]
      const row = (id: Id, value: string) => ({ id, body: { value }, index: [filter('kind', value), filter('kind', value), filter('all', 'x')] })
      const insertAll = (...given: readonly Id[]): Promise<void> =>
        store().transact(tx => tx.objects.insertAll(object, given.map((id, nth) => row(id, String(nth)))))
      await insertAll(first, second)
      assert.deepEqual(await get(object, second, first), [
        { id: second, version: 1, body: { value: '1' } }, { id: first, version: 1, body: { value: '0' } },
      ])
      const found = (field: string, value: string) => query(object, [{ field, value }])
      assert.deepEqual([await found('kind', '1'), await found('all', 'x')], [[second], [first, second]])
      assert.equal(await versionOf(object) > 0, true)
      await assert.rejects(insertAll(third, first), { code: 'store/conflict' })
      await assert.rejects(insertAll(third, third), { code: 'store/conflict' })
      await insertAll()
      assert.deepEqual(await get(object, third), [])
    })

    test('update counts the version up, and writes only over the version it was told', async () => {
      const object = freshName()
      const id = ids.next()
      await insert(object, id)
      assert.deepEqual(await update(object, id, 1), { kind: 'written' })
      assert.deepEqual(await update(object, id, 1), { kind: 'changed' })
      assert.deepEqual(await update(object, ids.next(), 1), { kind: 'gone' })
      assert.deepEqual(await get(object, id), [{ id, version: 2, body: { updated: true } }])
    })

    test('remove says whether there was something', async () => {
      const object = freshName()
      const id = ids.next()
      await insert(object, id, [unique('name', 'x'), filter('kind', 'y')])
      assert.equal(await remove(object, id), true)
      assert.equal(await remove(object, id), false)
      assert.deepEqual(await query(object), [])
      assert.deepEqual(await query(object, [{ field: 'kind', value: 'y' }]), [])
      assert.deepEqual(await insert(object, ids.next(), [unique('name', 'x')]), { kind: 'written' })
    })
  })

  describe('objects: queries', () => {
    test('pages by id in both directions', async () => {
      const object = freshName()
      const made = await insertMany(object, 5)
      const page = (ascending: boolean, limit: number, from: Partial<ObjectQuery> = {}): Promise<Id[]> =>
        store().read(tx => tx.objects.query(object, { where: [], ascending, limit, ...from }))
      assert.deepEqual(await page(true, 3), made.slice(0, 3))
      assert.deepEqual(await page(false, 2), made.toReversed().slice(0, 2))
      assert.deepEqual(await page(true, 10, { afterId: made[2] ?? '' }), made.slice(3))
      assert.deepEqual(await page(false, 10, { afterId: made[2] ?? '' }), made.slice(0, 2).toReversed())
      assert.deepEqual(await page(true, 2, { position: 1 }), made.slice(1, 3))
      assert.deepEqual(await page(true, 2, { afterId: made[0] ?? '', position: 1 }), made.slice(2, 4))
      assert.deepEqual(await page(true, 2, { position: 5 }), [])
    })

    test('all conditions must hold, and count agrees', async () => {
      const object = freshName()
      const made = await insertMany(object, 6, nth =>
        [filter('even', String(nth % 2 === 0)), filter('third', String(nth % 3 === 0))])
      const where = [{ field: 'even', value: 'true' }, { field: 'third', value: 'true' }]
      assert.deepEqual(await query(object, where), [made[0]])
      assert.equal(await store().read(tx => tx.objects.count(object, where)), 1)
      assert.equal(await store().read(tx => tx.objects.count(object, where.slice(0, 1))), 3)
      assert.equal(await store().read(tx => tx.objects.count(object, [])), 6)
      assert.deepEqual(await query(object, [{ field: 'third', value: 'TRUE' }]), [])
      assert.deepEqual(await query(freshName(), where), [])
    })

    test('one field may hold several values, and the same one twice', async () => {
      const object = freshName()
      const id = ids.next()
      const addresses = ['a@x', 'b@x', 'a@x'].map(value => unique('address', value))
      const roles = [filter('role', 'r'), filter('role', 'r')]
      assert.deepEqual(await insert(object, id, [...addresses, ...roles]), { kind: 'written' })
      const both = [{ field: 'address', value: 'b@x' }, { field: 'address', value: 'a@x' }]
      assert.deepEqual(await query(object, both), [id])
      assert.equal(await store().read(tx => tx.objects.count(object, [{ field: 'role', value: 'r' }])), 1)
    })

    test('values of any length and any content are found, and only they', async () => {
      const object = freshName()
      const values = [
        '', ' ', 'é', 'e\u0301', '%', '_', "o'clock", 'NUL\0', '\ud800',
        'x'.repeat(9_999), 'x'.repeat(10_000), '😀'.repeat(150),
      ]
      const made = await insertMany(object, values.length, nth => [unique('value', values[nth] ?? '')])
      for (const [nth, value] of values.entries()) {
        const found = await query(object, [{ field: 'value', value }])
        assert.deepEqual(found, [made[nth]], JSON.stringify(value).slice(0, 40))
      }
    })

    test('a prefix finds what begins with it, and joins with other conditions', async () => {
      const object = freshName()
      const words = ['jan', 'jane', 'janet', 'ja', 'JAN', 'jäne', 'jan%', 'jan\u{1F600}', 'january'.repeat(40)]
      const made = await insertMany(object, words.length, nth => [
        filter('word', words[nth] ?? ''), filter('word', 'zebra'), filter('even', String(nth % 2 === 0)), filter('other', 'jan'),
      ])
      const beginning = (value: string) => ({ field: 'word', value, prefix: true as const })
      const expected = (prefix: string) => made.filter((_, nth) => words[nth]?.startsWith(prefix))
      for (const prefix of ['jan', 'jane', 'j', 'jan%', '%', '_an', 'JA', 'jan\u{1F600}', 'januaryjan']) {
        assert.deepEqual(await query(object, [beginning(prefix)]), expected(prefix), prefix)
      }
      assert.deepEqual(await query(object, [beginning('')]), made)
      assert.deepEqual(await query(object, [beginning('zeb'), beginning('jane')]), expected('jane'))
      const even = { field: 'even', value: 'true' }
      assert.deepEqual(await query(object, [beginning('jane'), even]), expected('janet'))
      assert.equal(await store().read(tx => tx.objects.count(object, [beginning('jane')])), 2)
    })

    test('a comparison finds what stands so to it, and no object without a value', async () => {
      const object = freshName()
      const dates = ['2026-01-31T23:59:59Z', '2026-02-01T00:00:00Z', '2026-02-01T00:00:01Z', '2026-10-01T00:00:00Z']
      const made = await insertMany(object, dates.length + 1, nth => [
        ...dates.slice(nth, nth + 1).map(date => filter('until', date)), filter('other', '2026-02-01T00:00:00Z'),
      ])
      const until = (comparison: '<' | '<=' | '>' | '>=', value = '2026-02-01T00:00:00Z') => ({ field: 'until', value, comparison })
      assert.deepEqual(await query(object, [until('<')]), made.slice(0, 1))
      assert.deepEqual(await query(object, [until('<=')]), made.slice(0, 2))
      assert.deepEqual(await query(object, [until('>')]), made.slice(2, 4))
      assert.deepEqual(await query(object, [until('>=')]), made.slice(1, 4))
      assert.deepEqual(await query(object, [until('>='), until('<', '2026-03-01T00:00:00Z')]), made.slice(1, 3))
      assert.equal(await store().read(tx => tx.objects.count(object, [until('<=')])), 2)
    })

    test('update replaces the index entries', async () => {
      const object = freshName()
      const id = ids.next()
      await insert(object, id, [filter('colour', 'red'), unique('name', 'a')])
      await update(object, id, 1, [filter('colour', 'blue'), unique('name', 'a')])
      assert.deepEqual(await query(object, [{ field: 'colour', value: 'red' }]), [])
      const current = [{ field: 'colour', value: 'blue' }, { field: 'name', value: 'a' }]
      assert.deepEqual(await query(object, current), [id])
    })
  })

  describe('objects: unique values', () => {
    test('a second holder is refused by name, and nothing is written', async () => {
      const object = freshName()
      const [first, second] = await insertMany(object, 2, nth => [unique('name', `n${nth}`)]) as [Id, Id]
      const refused = { kind: 'conflict', field: 'name', existingId: first }
      const before = await versionOf(object)
      assert.deepEqual(await insert(object, ids.next(), [filter('a', 'b'), unique('name', 'n0')]), refused)
      assert.deepEqual(await update(object, second, 1, [unique('name', 'n0')]), refused)
      assert.deepEqual(await query(object), [first, second])
      assert.deepEqual(await query(object, [{ field: 'name', value: 'n1' }]), [second])
      assert.equal(await versionOf(object), before)
    })

    test('a refusal leaves the transaction usable', async () => {
      const object = freshName()
      const [holder] = await insertMany(object, 1, () => [unique('name', 'taken')]) as [Id]
      const other = ids.next()
      await store().transact(async tx => {
        const refused = await tx.objects.insert(object, other, {}, [unique('name', 'taken')], [])
        assert.equal(refused.kind, 'conflict')
        const done = await tx.objects.insert(object, other, {}, [unique('name', 'free')], [])
        assert.equal(done.kind, 'written')
      })
      assert.deepEqual(await query(object), [holder, other])
    })

    test('the same value is free for another field, another object, and after a change', async () => {
      const object = freshName()
      const [first] = await insertMany(object, 1, () => [unique('name', 'n')]) as [Id]
      const written = { kind: 'written' }
      const elsewhere = [unique('alias', 'n'), filter('other', 'n')]
      assert.deepEqual(await insert(object, ids.next(), elsewhere), written)
      assert.deepEqual(await insert(freshName(), ids.next(), [unique('name', 'n')]), written)
      assert.deepEqual(await update(object, first, 1, [unique('name', 'm')]), written)
      assert.deepEqual(await insert(object, ids.next(), [unique('name', 'n')]), written)
    })

    test('of writers at the same time one gets the value, the others are told who', async () => {
      const object = freshName()
      const contenders = Array.from({ length: 8 }, () => ids.next())
      const index = [unique('name', 'only one')]
      const replies = await Promise.all(contenders.map(id => insert(object, id, index)))
      const [winner, ...rest] = await query(object)
      assert.deepEqual(rest, [])
      for (const [nth, id] of contenders.entries()) {
        const refused = { kind: 'conflict', field: 'name', existingId: winner }
        assert.deepEqual(replies[nth], id === winner ? { kind: 'written' } : refused)
      }
    })

    test('a value whose writer has not committed yet is waited for', async () => {
      const object = freshName()
      const [first, second] = [ids.next(), ids.next()]
      const written = Promise.withResolvers<void>()
      const holding = store().transact(async tx => {
        await tx.objects.insert(object, first, {}, [unique('name', 'n')], [])
        written.resolve()
        for (let turn = 0; turn < 20; turn++) await tx.objects.count(object, [])
      })
      await written.promise
      const late = await insert(object, second, [unique('name', 'n')])
      await holding
      assert.deepEqual(late, { kind: 'conflict', field: 'name', existingId: first })
    })

    test('of updates at the same time one writes its version', async () => {
      const object = freshName()
      const [id] = await insertMany(object, 1) as [Id]
      const replies = await Promise.all(Array.from({ length: 8 }, () => update(object, id, 1)))
      const kinds = replies.map(reply => reply.kind).toSorted()
      assert.deepEqual(kinds, [...Array<string>(7).fill('changed'), 'written'])
      assert.equal((await get(object, id))[0]?.version, 2)
    })
  })
}
