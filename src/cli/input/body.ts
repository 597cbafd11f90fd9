/**
 * `--field name=value` pairs and a JSON body as what `/set` takes: the whole object for create, a patch for
 * update. Both say at once which field is wrong, before anything is sent.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { findVariant } from './names.ts'
import type { FieldPath } from './path.ts'
import { findPath } from './path.ts'
import { parseValue } from './value.ts'

export interface Assignments {
  readonly model: Model
  readonly object: ObjectEntry
  /** Each `name=value`. */
  readonly fields: readonly string[]
  /** From a file or stdin; the pairs are laid over it. */
  readonly body: JsonObject
  readonly nowMs: number
}
type Verb = 'create' | 'update'
interface Assignment { readonly path: FieldPath; readonly value: Json }
/** A body being built: our own copy, so it may be written to. */
type Mutable = { [key: string]: Json }

const TYPE_WORD = '@type'

/** The object to create; `variant` is what the command line names. */
export function createBody(from: Assignments, variant: Variant | null): JsonObject {
  const chosen = chosenVariant(from, variant)
  const result = structuredClone<Mutable>(from.body)
  const variants = chosen === null ? from.model.variants(from.object.name) : [chosen]
  for (const { path, value } of assign(from, variants, 'create')) {
    if (path.segments[0] !== TYPE_WORD) put(result, path, value)
  }
  nameVariants(from.model, variants, result)
  if (typeof chosen?.name === 'string') result[TYPE_WORD] = chosen.name
  return result
}

/**
 * The patch for one object. Pairs below a whole value that is set in the same command go into that value (RFC
 * 8620 §5.3 forbids a pointer into another entry of the patch). A body may be an object as `rota get --json`
 * shows it: its id, variant and server-set fields are left out.
 */
export function updatePatch(from: Assignments): JsonObject {
  const variants = from.model.variants(from.object.name)
  const patch: Mutable = {}
  for (const [key, value] of Object.entries(from.body)) {
    const field = variants.flatMap(variant => variant.fields.get(key) ?? [])[0]
    if (key !== 'id' && key !== TYPE_WORD && field?.update !== 'serverSet') patch[key] = structuredClone(value)
  }
  const depth = ({ path }: Assignment) => path.segments.length
  for (const { path, value } of assign(from, variants, 'update').sort((a, b) => depth(a) - depth(b))) {
    if (path.segments[0] === TYPE_WORD) throw usage('a variant cannot be changed', 'create a new object')
    if (isJsonObject(patch[path.segments[0] ?? '']) && path.segments.length > 1) put(patch, path, value)
    else patch[path.segments.join('/')] = value
  }
  nameVariants(from.model, variants, patch)
  return patch
}

function chosenVariant({ model, object, body, fields }: Assignments, variant: Variant | null): Variant | null {
  const names = model.variants(object.name).flatMap(entry => entry.name ?? [])
  if (names.length === 0) return null
  const pair = fields.find(field => field.startsWith(`${TYPE_WORD}=`))
  const said = pair?.slice(TYPE_WORD.length + 1) ?? body[TYPE_WORD]
  if (typeof said === 'string') {
    const found = findVariant(model, object.name, said)
    if (variant !== null && found.name !== variant.name) {
      throw usage(`the command says ${variant.name} and the body says ${found.name}`, 'name the variant once')
    }
    return found
  }
  if (variant !== null) return variant
  const example = `${object.name}/${names[0]}`
  throw usage(`which ${object.name}?`, `give a variant, as in ${example}: one of ${names.join(', ')}`)
}

function assign(from: Assignments, variants: readonly Variant[], verb: Verb): Assignment[] {
  const taken = new Set<string>()
  return from.fields.map(text => {
    const equals = text.indexOf('=')
    if (equals < 1) throw usage(`--field ${text}: no value`, 'write --field name=value')
    const name = text.slice(0, equals)
    const path = findPath(from.model, from.object.name, variants, name)
    const label = path.segments.join('/')
    if (taken.has(label)) throw usage(`${label} is given twice`)
    taken.add(label)
    refuseReadOnly(from, path, label, verb)
    return { path, value: valueAt(from, path, text.slice(equals + 1), label) }
  })
}

function refuseReadOnly({ model, object }: Assignments, path: FieldPath, label: string, verb: Verb): void {
  if (path.field?.update === 'serverSet') {
    const inside = [...model.variants(object.name)].flatMap(variant => [...variant.fields])
      .find(([, field]) => field.type.type === 'object' && model.variants(bare(field.type.objectName))
        .some(variant => variant.fields.get(label)?.update === 'mutable'))
    throw usage(`${label} is set by the server`, inside ? `did you mean ${inside[0]}/${label}?` : null)
  }
  if (path.field?.update === 'immutable' && verb === 'update') {
    throw usage(`${label} cannot be changed once the ${object.name} exists`, 'delete it and create another')
  }
}

/** In a patch `null` removes an entry of a set, a map or a list. */
function valueAt({ model, nowMs }: Assignments, path: FieldPath, text: string, label: string): Json {
  if (text === 'null' && path.segments.length > 1) return null
  return parseValue(path.type, text, { model, nowMs, label })
}

/** Sets a value inside a body, making the objects on the way. */
function put(body: Mutable, path: FieldPath, value: Json): void {
  const keys = path.segments.map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
  const last = keys.pop() ?? ''
  let inside = body
  for (const key of keys) {
    const next = inside[key]
    const own: Mutable = isJsonObject(next) ? next : {}
    inside[key] = own
    inside = own
  }
  inside[last] = value
}

/** An embedded object that does not say its variant is the first one that has all its fields. */
function nameVariants(model: Model, variants: readonly Variant[], body: Mutable): void {
  for (const [key, value] of Object.entries(body)) {
    const type = variants.flatMap(variant => variant.fields.get(key) ?? [])[0]?.type
    if (type?.type !== 'object' || !isJsonObject(value)) continue
    const inner = model.variants(bare(type.objectName))
    const wanted = Object.keys(value)
    const found = inner.find(variant => wanted.every(name => variant.fields.has(name)))
    const own: Mutable = value
    if (!wanted.includes(TYPE_WORD) && typeof found?.name === 'string') own[TYPE_WORD] = found.name
    nameVariants(model, inner, own)
  }
}
