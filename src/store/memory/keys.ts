/** Keys with an expiry in memory. An expired key is not there, whether or not it has been removed yet. */
import type { JsonObject } from '../../base/json.ts'
import type { KeyValueTable } from '../../registry/ports.ts'
import { compareText, keyText, storableText } from '../storable.ts'
import type { MemoryContext } from './database.ts'

interface KeyRow { readonly value: string; readonly expiresAt: number | null }

export function memoryKeys(context: MemoryContext): KeyValueTable {
  const keys = context.table<KeyRow>('key')
  const live = (row: KeyRow | undefined): row is KeyRow =>
    row !== undefined && (row.expiresAt === null || row.expiresAt > context.now())
  const parse = (row: KeyRow): JsonObject => JSON.parse(row.value) as JsonObject

  return {
    async get(key) {
      const row = keys.get(keyText(key))
      return live(row) ? parse(row) : null
    },

    async getAll(all) {
      return all.map(key => {
        const row = keys.get(keyText(key))
        return live(row) ? parse(row) : null
      })
    },

    async put(key, value, expiresAt) {
      keys.set(keyText(key), { value: JSON.stringify(value), expiresAt })
    },

    async putAll(rows) {
      for (const { key, value, expiresAt } of rows) keys.set(keyText(key), { value: JSON.stringify(value), expiresAt })
    },

    async create(key, value, expiresAt) {
      if (live(keys.get(keyText(key)))) return false
      keys.set(keyText(key), { value: JSON.stringify(value), expiresAt })
      return true
    },

    async remove(key) {
      const there = live(keys.get(keyText(key)))
      keys.delete(keyText(key))
      return there
    },

    async list(prefix, limit, after) {
      return [...keys.entries()]
        .filter(([key, row]) => key.startsWith(prefix) && live(row))
        .filter(([key]) => after === undefined || compareText(key, after) > 0)
        .toSorted(([left], [right]) => compareText(left, right))
        .slice(0, limit)
        .map(([key, row]) => ({ key, value: parse(row) }))
    },

    async removeExpired(limit) {
      const expired = [...keys.entries()].filter(([, row]) => !live(row)).slice(0, limit)
      for (const [key] of expired) keys.delete(key)
      return expired.length
    },

    async removePrefix(prefix, limit) {
      const found = [...keys.entries()].filter(([key]) => key.startsWith(storableText(prefix))).slice(0, limit)
      for (const [key] of found) keys.delete(key)
      return found.length
    },
  }
}
