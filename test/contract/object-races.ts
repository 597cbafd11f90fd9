/** What registry objects promise to transactions beside others: reads after writes, links, versions. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { hasCode } from '../../src/errors.ts'
import type { ObjectRef } from '../../src/registry/ports.ts'
import type { Store } from '../../src/store/store.ts'
import { filter, freshName, ids, objectsOf } from './object-fixtures.ts'

export function objectRacesContract(store: () => Store): void {
  const { insert, update, remove, query, versionOf, insertMany } = objectsOf(store)

  describe('objects: what is read after a write', () => {
    const CAPACITY = 3
    /** Takes the insert back when there are too many. */
    const insertIfRoom = async (object: string): Promise<boolean> => {
      try {
        await store().transact(async tx => {
          await tx.objects.insert(object, ids.next(), {}, [], [])
          if (await tx.objects.count(object, []) > CAPACITY) throw new Error('full')
        })
        return true
      } catch (error) {
        if (error instanceof Error && error.message === 'full') return false
        throw error
      }
    }

    test('counts those of all others, so only as many are inserted as fit', async () => {
      const object = freshName()
      const inserted = await Promise.all(Array.from({ length: 10 }, () => insertIfRoom(object)))
      assert.equal(inserted.filter(Boolean).length, CAPACITY)
      assert.equal((await query(object)).length, CAPACITY)
    })

    test('and after a lock', async () => {
      const object = freshName()
      const inserted = await Promise.all(Array.from({ length: 10 }, () => store().transact(async tx => {
        await tx.objects.lock(object)
        if (await tx.objects.count(object, []) >= CAPACITY) return false
        await tx.objects.insert(object, ids.next(), {}, [], [])
        return true
      })))
      assert.equal(inserted.filter(Boolean).length, CAPACITY)
      assert.equal((await query(object)).length, CAPACITY)
    })

    test('a lock is over with its transaction, and leaves nothing behind', async () => {
      const object = freshName()
      await assert.rejects(store().transact(async tx => {
        await tx.objects.lock(object)
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      await store().transact(tx => tx.objects.lock(object))
      assert.equal((await store().read(tx => tx.objects.versions()))[object], undefined)
      assert.equal(await insertIfRoom(object), true)
    })

    test('stays true of what it links to: nobody changes that meanwhile', async () => {
      const [object, linker] = [freshName(), freshName()]
      const [target] = await insertMany(object, 1) as [Id]
      const linked = Promise.withResolvers<void>()
      const linking = store().transact(async tx => {
        await tx.objects.insert(linker, ids.next(), {}, [], [{ object, id: target }])
        linked.resolve()
        const before = await tx.objects.get(object, [target])
        for (let turn = 0; turn < 20; turn++) await tx.objects.count(object, [])
        return [before, await tx.objects.get(object, [target])]
      })
      await linked.promise
      assert.deepEqual(await update(object, target, 1), { kind: 'written' })
      const [before, after] = await linking
      assert.deepEqual(after, before)
      assert.equal(before?.[0]?.version, 1)
    })
  })

  describe('objects: links', () => {
    const linksTo = (target: ObjectRef, limit = 100): Promise<ObjectRef[]> =>
      store().read(tx => tx.objects.linksTo(target, limit))
    const conflict = (error: unknown): boolean => hasCode(error, 'store/conflict')

    test('who links here is told in order, up to the limit', async () => {
      const [object, linker] = [freshName(), freshName()]
      const [target, other] = await insertMany(object, 2) as [Id, Id]
      const made = Array.from({ length: 3 }, () => ids.next())
      for (const id of made) await insert(linker, id, [], [{ object, id: target }, { object, id: target }])
      await insert(linker, ids.next(), [], [{ object, id: other }])
      const expected = made.map(id => ({ object: linker, id }))
      assert.deepEqual(await linksTo({ object, id: target }), expected)
      assert.deepEqual(await linksTo({ object, id: target }, 2), expected.slice(0, 2))
      assert.deepEqual(await linksTo({ object: linker, id: target }), [])
    })

    test('update and remove take links away', async () => {
      const [object, linker] = [freshName(), freshName()]
      const [target] = await insertMany(object, 1) as [Id]
      const [first, second] = [ids.next(), ids.next()]
      await insert(linker, first, [], [{ object, id: target }])
      await insert(linker, second, [], [{ object, id: target }])
      await update(linker, first, 1)
      assert.deepEqual(await linksTo({ object, id: target }), [{ object: linker, id: second }])
      await remove(linker, second)
      assert.deepEqual(await linksTo({ object, id: target }), [])
    })

    test('what others link to cannot be removed, and what is gone cannot be linked to', async () => {
      const [object, linker] = [freshName(), freshName()]
      const [target, gone] = await insertMany(object, 2) as [Id, Id]
      const id = ids.next()
      await insert(linker, id, [], [{ object, id: target }])
      await assert.rejects(remove(object, target), conflict)
      await remove(object, gone)
      await assert.rejects(insert(linker, ids.next(), [], [{ object, id: gone }]), conflict)
      await assert.rejects(update(linker, id, 1, [], [{ object, id: gone }]), conflict)
      assert.deepEqual(await query(object), [target])
      assert.deepEqual(await query(linker), [id])
    })

    test('an object may link to itself, and to names that are kept elsewhere', async () => {
      const object = freshName()
      const id = ids.next()
      const links = [{ object, id }, { object: freshName(), id: 'elsewhere' }]
      assert.deepEqual(await insert(object, id, [], links), { kind: 'written' })
      assert.equal(await remove(object, id), true)
    })

    test('linking and removing at the same time never leaves a link to nothing', async () => {
      const [object, linker] = [freshName(), freshName()]
      const targets = await insertMany(object, 12)
      await Promise.all(targets.flatMap(id => [
        refused(store().transact(async tx => {
          if ((await tx.objects.linksTo({ object, id }, 1)).length === 0) await tx.objects.remove(object, id)
        })),
        refused(store().transact(async tx => {
          const [target] = await tx.objects.get(object, [id])
          if (target) await tx.objects.insert(linker, id, {}, [], [{ object, id }])
        })),
      ]))
      const [left, linked] = [await query(object), await query(linker)]
      assert.deepEqual(left, linked)
    })
  })

  describe('objects: versions', () => {
    test('each committed write counts its object name up, others stay', async () => {
      const [object, other] = [freshName(), freshName()]
      const id = ids.next()
      await insert(other, ids.next())
      await insert(object, id)
      assert.equal(await versionOf(object), 1)
      await update(object, id, 1)
      assert.equal(await versionOf(object), 2)
      await remove(object, id)
      assert.equal(await versionOf(object), 3)
      assert.equal(await versionOf(other), 1)
    })

    test('refused and rolled back writes leave no trace', async () => {
      const object = freshName()
      const id = ids.next()
      await insert(object, id)
      await update(object, id, 9)
      await remove(object, ids.next())
      await assert.rejects(store().transact(async tx => {
        await tx.objects.update(object, id, 1, { lost: true }, [filter('a', 'b')], [])
        throw new Error('rolled back on purpose')
      }), /rolled back on purpose/)
      assert.equal(await versionOf(object), 1)
      assert.deepEqual(await query(object, [{ field: 'a', value: 'b' }]), [])
      assert.equal((await store().read(tx => tx.objects.versions()))[freshName()], undefined)
    })

    test('who has seen a version has seen every write up to it', async () => {
      const object = freshName()
      const writes = 40
      let writing = true
      const writers = Promise.all(Array.from({ length: writes }, () => insert(object, ids.next())))
        .finally(() => { writing = false })
      const looks: { version: number; count: number }[] = []
      while (writing) {
        await systemClock.breathe()
        looks.push(await store().read(async tx => ({
          version: (await tx.objects.versions())[object] ?? 0,
          count: await tx.objects.count(object, []),
        })))
      }
      await writers
      for (const { version, count } of looks) assert.equal(count, version)
      const versions = looks.map(look => look.version)
      assert.deepEqual(versions, versions.toSorted((left, right) => left - right))
      assert.equal(await versionOf(object), writes)
    })
  })
}

/** A lost race is told as store/conflict; anything else is a fault. */
async function refused(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!hasCode(error, 'store/conflict')) throw error
  }
}
