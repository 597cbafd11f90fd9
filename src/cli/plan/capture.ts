/**
 * A server's objects as lines of a plan: without what only the server sets, without secrets, ids as references. The
 * same state gives the same text, so that a file in version control changes only where the server did.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import { matchKey, matchKeys } from './identity.ts'
import { dependencyOrder } from './order.ts'
import { rebuildObject } from './rebuild.ts'
import { refOf } from './reference.ts'
import { hasSecretEntries, isSecret } from './secret.ts'
import type { SnapshotSelection } from './selection.ts'

export interface Capture {
  readonly lines: readonly JsonObject[]
  /** Fields that were left out because they are secret, as `Account.credentials`. */
  readonly secret: readonly string[]
  /** Objects that were referred to and not there: they went while the rest was read. */
  readonly missing: readonly string[]
  /** Kinds of objects that a plan cannot tell apart, so that it makes them anew each time. */
  readonly nameless: readonly string[]
}
interface Captured { readonly object: ObjectEntry; readonly id: string; readonly body: JsonObject; readonly refs: Set<string> }

/** `rows` are those of every selected kind, whole. */
export function capture(
  model: Model, { objects, inside }: SnapshotSelection, rows: ReadonlyMap<ObjectEntry, readonly JsonObject[]>,
): Capture {
  const secret = new Set<string>()
  const byRef = new Map<string, Captured>()
  for (const object of objects) {
    for (const row of [...rows.get(object) ?? []].sort(byId)) {
      const captured = captureRow(model, object, row, inside, secret)
      byRef.set(refOf(object, captured.id), captured)
    }
  }
  const missing = [...byRef.values()].flatMap(({ refs }) => [...refs].filter(ref => !byRef.has(ref)))
  const ordered = dependencyOrder(byRef.values(), ({ refs }) => [...refs].flatMap(ref => byRef.get(ref) ?? []))
  const nameless = objects.filter(object => object.kind === 'object' && matchKeys(model, object) === null)
  return {
    lines: ordered.map(captured => lineOf(model, captured)),
    secret: [...secret], missing: [...new Set(missing)], nameless: nameless.map(({ name }) => name),
  }
}

function captureRow(
  model: Model, object: ObjectEntry, row: JsonObject, inside: ReadonlySet<ObjectEntry>, secret: Set<string>,
): Captured {
  const { id = null, ...rest } = row
  const refs = new Set<string>()
  const reference = (type: FieldType, value: Json): Json => {
    const target = type.type === 'objectId' ? model.referenced(type.objectName) : null
    if (target === null || !inside.has(target) || typeof value !== 'string') return value
    const ref = refOf(target, value)
    refs.add(ref)
    return `#${ref}`
  }
  const body = rebuildObject(model, object.name, rest, {
    scalar: reference,
    keeps({ type, update }, path) {
      if (update === 'serverSet') return false
      if (!isSecret(type) && !hasSecretEntries(model, type)) return true
      secret.add(`${object.name}.${path}`)
      return false
    },
  })
  return { object, id: String(id), body, refs }
}

function lineOf(model: Model, { object, id, body }: Captured): JsonObject {
  if (object.kind === 'singleton') return { '@type': 'update', object: object.name, value: body }
  const value = { [refOf(object, id)]: body }
  const matchOn = matchKeys(model, object)
  if (matchOn === null || matchKey(body, matchOn) === null) return { '@type': 'create', object: object.name, value }
  return { '@type': 'upsert', object: object.name, matchOn, value }
}

function byId(a: JsonObject, b: JsonObject): number {
  const [left, right] = [String(a['id']), String(b['id'])]
  return left < right ? -1 : left > right ? 1 : 0
}
