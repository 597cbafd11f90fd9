/** Objects of which there are few, made anew at each look: every list is a part of all of them. */
import type { Stored } from '../schema/object.ts'
import type { ObjectReader } from './backend.ts'

/** `all`: every object, in ascending order. They have no filters. */
export function listReader<Tx>(all: (tx: Tx) => Promise<readonly Stored[]>): ObjectReader<Tx> {
  return {
    async get(tx, ids) {
      const byId = new Map((await all(tx)).map(stored => [stored.id, stored]))
      return ids.flatMap(id => byId.get(id) ?? [])
    },

    contains: async (tx, _selection, id) => (await all(tx)).some(stored => stored.id === id),

    async page(tx, { ascending }, { limit, skip, after }) {
      const ids = (await all(tx)).map(({ id }) => id)
      if (!ascending) ids.reverse()
      return ids.slice(after === undefined ? 0 : ids.indexOf(after) + 1).slice(skip, skip + limit)
    },

    count: async tx => (await all(tx)).length,
  }
}
