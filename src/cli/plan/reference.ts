/**
 * References between the objects of a plan: `#<name>` where the wire has an id, in values, in sets and as keys of maps.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import type { Assignment } from './canonical.ts'
import type { Visit } from './rebuild.ts'
import { rebuildObject, rebuildValue } from './rebuild.ts'

/** `path` is the field that refers. */
export interface Reference { readonly ref: string; readonly path: string }
/** Names of a plan to ids of the server. */
export type Ids = ReadonlyMap<string, string>

/** `clusterrole-0abc`: the name that a snapshot gives to an object. */
export function refOf(object: ObjectEntry, id: string): string {
  return `${object.name.toLowerCase()}-${id}`
}

/** What a body refers to, without the `#`. */
export function referencesIn(model: Model, shape: string, body: JsonObject): Reference[] {
  const found: Reference[] = []
  rebuildObject(model, shape, body, collecting(found))
  return found
}

/** Values only: whether a `#` in a pointer begins a name is known when all names are. */
export function referencesInPatch(model: Model, patch: readonly Assignment[]): Reference[] {
  const found: Reference[] = []
  for (const { pointer, type, value } of patch) rebuildValue(model, type, value, collecting(found), pointer)
  return found
}

/** The body with ids for all references that are known; the others stay as they are. */
export function resolveReferences(model: Model, shape: string, body: JsonObject, ids: Ids): JsonObject {
  return rebuildObject(model, shape, body, resolving(ids))
}

export function resolvePatch(model: Model, patch: readonly Assignment[], ids: Ids): Assignment[] {
  return patch.map(assignment => ({
    ...assignment,
    pointer: assignment.pointer.split('/').map(segment => resolved(segment, ids)).join('/'),
    value: rebuildValue(model, assignment.type, assignment.value, resolving(ids), assignment.pointer),
  }))
}

/** The objects that one may refer to, by the fields that clients can set. */
export function referencedBy(model: Model, object: ObjectEntry): Set<ObjectEntry> {
  const found = new Set<ObjectEntry>()
  const visited = new Set<string>()
  const visitType = (type: FieldType): void => {
    if (type.type === 'objectId') {
      const target = model.referenced(type.objectName)
      if (target !== null) found.add(target)
    } else if (type.type === 'object' || type.type === 'objectList') {
      visitShape(bare(type.objectName))
    } else if (type.type === 'set') {
      visitType(type.class)
    } else if (type.type === 'map') {
      visitType(type.keyClass)
      visitType(type.valueClass)
    }
  }
  const visitShape = (shape: string): void => {
    if (visited.has(shape)) return
    visited.add(shape)
    for (const { fields } of model.variants(shape)) {
      for (const { type, update } of fields.values()) if (update !== 'serverSet') visitType(type)
    }
  }
  visitShape(object.name)
  return found
}

function collecting(found: Reference[]): Visit {
  return {
    scalar(type, value, path) {
      if (isReference(type, value)) found.push({ ref: value.slice(1), path })
      return value
    },
  }
}

function resolving(ids: Ids): Visit {
  return { scalar: (type, value) => isReference(type, value) ? resolved(value, ids) : value }
}

function isReference(type: FieldType, value: Json): value is string {
  return type.type === 'objectId' && typeof value === 'string' && value.startsWith('#')
}

function resolved(text: string, ids: Ids): string {
  return text.startsWith('#') ? ids.get(text.slice(1)) ?? text : text
}
