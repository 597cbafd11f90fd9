/**
 * Objects of the ObjectTable: a JSON document with index entries and links. Queries are equalities,
 * comparisons of dates, and words, in the order of ids.
 */
import { assert } from '../../base/assert.ts'
import { setMembers } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { isId } from '../../base/ids.ts'
import type { IndexEntry, IndexMatch, RegistryTx } from '../ports.ts'
import { SINGLETON_ID } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { fieldsOf } from '../values/shapes.ts'
import { wordsOf } from '../values/words.ts'
import type { Condition, ObjectBackend, Selection } from './backend.ts'

type Indexed = Pick<ObjectDefinition<unknown, never>, 'shape' | 'hooks'>

export function tableBackend({ name, shape, hooks }: Indexed & Pick<ObjectDefinition, 'name'>): ObjectBackend<RegistryTx> {
  const known = (ids: readonly string[]): string[] => ids.filter(id => isId(id) || id === SINGLETON_ID)
  return {
    get: (tx, ids) => tx.objects.get(name, known(ids)),

    async contains(tx, selection, id) {
      const [stored] = await tx.objects.get(name, known([id]))
      if (!stored) return false
      const entries = fieldEntries({ shape, hooks }, stored.body)
      return whereOf(selection).every(match =>
        entries.some(entry => entry.field === match.field && matches(entry.value, match)),
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

    async destroy({ objects }, { id, version }) {
      await objects.lock(name)
      const [now] = await objects.get(name, [id])
      if (now !== undefined && now.version !== version) return 'changed'
      return await objects.remove(name, id) ? 'removed' : 'gone'
    },

    async linksTo(tx, id, limit) {
      const links = await tx.objects.linksTo({ object: name, id }, limit)
      return links.filter(link => link.object !== name || link.id !== id)
    },
  }
}

/** The entries of the variant, of the fields that are declared with an index, and what else follows from the body. */
export function fieldEntries({ shape, hooks }: Indexed, body: JsonObject): IndexEntry[] {
  const entries: IndexEntry[] =
    shape.kind === 'multiple' ? [{ field: '@type', value: indexText(body['@type'] ?? null), unique: false }] : []
  for (const [field, { type, index }] of Object.entries(fieldsOf(shape, body) ?? {})) {
    const value = ownValue(body, field)
    if (index === undefined || value === undefined || value === null) continue
    const values = type.type === 'set' && isJsonObject(value) ? setMembers(value) : [indexText(value)]
    entries.push(...values.map(each => ({ field, value: each, unique: index === 'unique' })))
  }
  return [...entries, ...hooks.entries?.(body) ?? []]
}

function whereOf({ conditions }: Selection): IndexMatch[] {
  return conditions.flatMap(matchesOf)
}

function matchesOf({ property, value, comparison, words: byWords }: Condition): IndexMatch[] {
  if (!byWords) {
    return [{ field: property, value: indexText(value), ...(comparison === '=' ? {} : { comparison }) }]
  }
  const words = wordsOf(indexText(value))
  // A text without words is in no object: no entry is empty.
  return words.length === 0 ? [{ field: property, value: '' }] : words.map(word => ({ field: property, value: word, prefix: true }))
}

function matches(held: string, { value, prefix, comparison }: IndexMatch): boolean {
  if (prefix) return held.startsWith(value)
  switch (comparison ?? '=') {
    case '=': return held === value
    case '>': return held > value
    case '>=': return held >= value
    case '<': return held < value
    case '<=': return held <= value
  }
}

function indexText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
