/** Which kinds of objects a snapshot holds, and in which order: what is referred to before what refers to it. */
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { findPlain } from '../input/names.ts'
import { propertiesOf } from '../input/path.ts'
import { matchKeys } from './identity.ts'
import { dependencyOrder } from './order.ts'
import { referencedBy } from './reference.ts'
import { isSecret } from './secret.ts'

export interface SnapshotSelection {
  /** In the order in which they are written. */
  readonly objects: readonly ObjectEntry[]
  /** Ids of any other kind stay ids of this server. */
  readonly inside: ReadonlySet<ObjectEntry>
}

/**
 * `names` empty: all that a plan can put back, which tasks are not, nor credentials that the server makes up. A kind
 * that a selected one may refer to has to be selected or allowed, so that the file stands on its own.
 */
export function selectObjects(model: Model, names: readonly string[], allowed: readonly string[]): SnapshotSelection {
  const unresolved = new Set(allowed.map(name => findPlain(model, name)))
  const chosen = names.length === 0 ? model.objects().filter(object => canBePutBack(model, object)) : []
  const inside = new Set([...chosen, ...names.map(name => findWritable(model, name))])
  if (names.length > 0) checkSelfContained(model, inside, unresolved)
  const all = model.objects().filter(object => inside.has(object))
  const objects = dependencyOrder(all, object => [...referencedBy(model, object)].filter(other => inside.has(other)))
  return { objects, inside }
}

function findWritable(model: Model, name: string): ObjectEntry {
  const object = findPlain(model, name)
  if (model.offers(object, object.kind === 'singleton' ? 'Update' : 'Create')) return object
  throw usage(`${object.name} is made by the server alone`, 'a plan cannot put it back')
}

function checkSelfContained(
  model: Model, inside: ReadonlySet<ObjectEntry>, unresolved: ReadonlySet<ObjectEntry>,
): void {
  for (const object of inside) {
    for (const other of referencedBy(model, object)) {
      if (inside.has(other) || unresolved.has(other)) continue
      throw usage(`${object.name} may refer to ${other.name}, which is not selected`,
        `add ${other.name}, or --allow-unresolved ${other.name} to keep the ids of this server`)
    }
  }
}

function canBePutBack(model: Model, object: ObjectEntry): boolean {
  if (object.kind === 'singleton') return model.offers(object, 'Update')
  const fields = [...propertiesOf(model.variants(object.name)).values()]
  const made = fields.some(({ type, update }) => isSecret(type) && update === 'serverSet')
  return model.offers(object, 'Create') && !made && matchKeys(model, object) !== null
}
