/** Objects of the ObjectTable: a JSON document with index entries and links. Queries are equalities, in the order of ids. */
import { assert } from '../../base/assert.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import { isId } from '../../base/ids.ts'
import type { IndexEntry, ObjectQuery, RegistryTx } from '../ports.ts'
import { SINGLETON_ID } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { fieldsOf } from '../values/shapes.ts'
import type { ObjectBackend, Selection } from './backend.ts'

type Shaped = Pick<ObjectDefinition, 'name' | 'shape'>

export function tableBackend({ name, shape }: Shaped): ObjectBackend<RegistryTx> {
  const known = (ids: readonly string[]): string[] => ids.filter(id => isId(id) || id === SINGLETON_ID)
  return {
    get: (tx, ids) => tx.objects.get(name, known(ids)),

    async contains(tx, selection, id) {
      const [stored] = await tx.objects.get(name, known([id]))
      if (!stored) return false
      const entries = fieldEntries({ shape }, stored.body)
      return whereOf(selection).every(({ field, value }) =>
        entries.some(entry => entry.field === field && entry.value === value),
      )
    },

    page: (tx, selection, { limit, skip, after }) =>
      tx.objects.query(name, {
        where: whereOf(selection),
        ascending: selection.ascending,
        limit,
        position: skip,
        ...(after === undefined ? {} : { afterId: after }),
      }),

    count: (tx, selection) => tx.objects.count(name, whereOf(selection)),

    async create(tx, id, { body, index, links }) {
      const reply = await tx.objects.insert(name, id, body, index, links)
      if (reply.kind === 'written') return { kind: 'created', id }
      assert(reply.kind === 'conflict', `an insert was answered with ${reply.kind}`)
      return reply
    },

    update: (tx, stored, { body, index, links }) =>
      tx.objects.update(name, stored.id, stored.version, body, index, links),

    destroy: (tx, id) => tx.objects.remove(name, id),

    async linksTo(tx, id, limit) {
      const links = await tx.objects.linksTo({ object: name, id }, limit)
      return links.filter(link => link.object !== name || link.id !== id)
    },
  }
}

/** The entries of the fields that are declared with an index, and of the variant. */
export function fieldEntries({ shape }: Pick<Shaped, 'shape'>, body: JsonObject): IndexEntry[] {
  const entries: IndexEntry[] =
    shape.kind === 'multiple' ? [{ field: '@type', value: indexText(body['@type'] ?? null), unique: false }] : []
  for (const [field, { index }] of Object.entries(fieldsOf(shape, body) ?? {})) {
    const value = ownValue(body, field)
    if (index !== undefined && value !== undefined && value !== null) {
      entries.push({ field, value: indexText(value), unique: index === 'unique' })
    }
  }
  return entries
}

function whereOf({ conditions }: Selection): ObjectQuery['where'] {
  return conditions.map(({ property, value }) => ({ field: property, value: indexText(value) }))
}

function indexText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
