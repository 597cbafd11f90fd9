/** Registry objects as the contract tests write and read them, each call in a transaction of its own. */
import assert from 'node:assert/strict'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { IndexEntry, IndexMatch, ObjectRef, StoredObject, WriteReply } from '../../src/registry/ports.ts'
import type { Store } from '../../src/store/store.ts'

export const ids = idSource(11, systemClock)
let names = 0
export const freshName = (): string => `Thing${ids.next()}${names++}`
export const filter = (field: string, value: string): IndexEntry => ({ field, value, unique: false })
export const unique = (field: string, value: string): IndexEntry => ({ field, value, unique: true })

export function objectsOf(store: () => Store) {
  type Index = readonly IndexEntry[]
  type Links = readonly ObjectRef[]
  const insert = (
    object: string, id: Id, index: Index = [], links: Links = [], body: JsonObject = {},
  ): Promise<WriteReply> => store().transact(tx => tx.objects.insert(object, id, body, index, links))
  const update = (
    object: string, id: Id, version: number, index: Index = [], links: Links = [],
  ): Promise<WriteReply> =>
    store().transact(tx => tx.objects.update(object, id, version, { updated: true }, index, links))
  const remove = (object: string, id: Id): Promise<boolean> =>
    store().transact(tx => tx.objects.remove(object, id))
  const get = (object: string, ...wanted: Id[]): Promise<StoredObject[]> =>
    store().read(tx => tx.objects.get(object, wanted))
  const query = (object: string, where: IndexMatch[] = []): Promise<Id[]> =>
    store().read(tx => tx.objects.query(object, { where, ascending: true, limit: 100 }))
  const versionOf = async (object: string): Promise<number> =>
    (await store().read(tx => tx.objects.versions()))[object] ?? 0
  const insertMany = async (
    object: string, count: number, index: (nth: number) => Index = () => [],
  ): Promise<Id[]> => {
    const made = Array.from({ length: count }, () => ids.next())
    await store().transact(async tx => {
      for (const [nth, id] of made.entries()) {
        assert.deepEqual(await tx.objects.insert(object, id, { nth }, index(nth), []), { kind: 'written' })
      }
    })
    return made
  }
  return { insert, update, remove, get, query, versionOf, insertMany }
}
