/**
 * Fields as people name them, resolved against the schema: `max-attempts` is `maxAttempts`, `status/due`
 * leads into an embedded object, `bind/[::]:25` to a member of a set. Pointers are those of RFC 8620 §5.3:
 * `~1` stands for `/`.
 */
import type { Model, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { Field, FieldType } from '../../jmap-client/schema.ts'
import { usage } from '../failure.ts'
import { didYouMean, fold } from './suggest.ts'

/**
 * `segments` are as written, `~1` kept; `field` is the property that the path begins with, null for `@type`.
 */
export interface FieldPath {
  readonly segments: readonly string[]
  readonly type: FieldType
  readonly field: Field | null
}

const TYPE_WORD = '@type'

/** A property of one of the variants, or what is inside it. */
export function findPath(model: Model, shape: string, variants: readonly Variant[], text: string): FieldPath {
  const [head = '', ...rest] = text.split('/')
  if (head === TYPE_WORD && rest.length === 0) return { segments: [TYPE_WORD], type: TEXT, field: null }
  const { name, field } = property(model, shape, variants, head, text)
  const inside = rest.length === 0 ? { segments: [], type: field.type } : within(model, field.type, rest, text)
  return { segments: [name, ...inside.segments], type: inside.type, field }
}

/** The properties of all variants, each once. */
export function propertiesOf(variants: readonly Variant[]): Map<string, Field> {
  const all = new Map<string, Field>()
  for (const variant of variants) {
    for (const [name, field] of variant.fields) if (!all.has(name)) all.set(name, field)
  }
  return all
}

interface Inside { readonly segments: readonly string[]; readonly type: FieldType }

const TEXT: FieldType = { type: 'string', format: 'string' }
/** What a patch says of a member of a set: true adds it, null or false removes it. */
const MEMBERSHIP: FieldType = { type: 'boolean' }

function within(model: Model, type: FieldType, rest: readonly string[], text: string): Inside {
  const [head = '', ...deeper] = rest
  const at = (segment: string, inner: FieldType): Inside => {
    if (deeper.length === 0) return { segments: [segment], type: inner }
    const found = within(model, inner, deeper, text)
    return { segments: [segment, ...found.segments], type: found.type }
  }
  switch (type.type) {
    case 'object': {
      if (head === TYPE_WORD) return at(TYPE_WORD, TEXT)
      const shape = bare(type.objectName)
      const { name, field } = property(model, shape, model.variants(shape), head, text)
      return at(name, field.type)
    }
    case 'set': return at(head, MEMBERSHIP)
    case 'map': return at(head, type.valueClass)
    case 'objectList': return at(head, { type: 'object', objectName: type.objectName })
    default: throw usage(`${text}: there is nothing below a ${type.type}`)
  }
}

/** `word` is the part of the whole `text` that must name a property. */
function property(
  model: Model, shape: string, variants: readonly Variant[], word: string, text: string,
): { name: string; field: Field } {
  const all = propertiesOf(variants)
  for (const [name, field] of all) if (fold(name) === fold(word)) return { name, field }
  const only = variants.length === 1 ? variants[0]?.name ?? null : null
  const where = only === null ? bare(shape) : `${bare(shape)}/${only}`
  const label = text === word ? text : `${text}: ${word}`
  throw usage(`${where} has no field ${label}`,
    didYouMean(word, all.keys()) ?? deeperName(model, all, word) ?? `see \`rota describe ${where}\``)
}

/** Where an embedded object has a field of this name. */
function deeperName(model: Model, all: ReadonlyMap<string, Field>, word: string): string | null {
  for (const [name, field] of all) {
    if (field.type.type !== 'object') continue
    for (const inner of propertiesOf(model.variants(bare(field.type.objectName))).keys()) {
      if (fold(inner) === fold(word)) return `did you mean ${name}/${inner}?`
    }
  }
  return null
}
