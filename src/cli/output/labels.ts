/**
 * The names behind ids: for references to objects whose list has a label. For people only, so failures are no
 * errors.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { MethodFailed } from '../../jmap-client/errors.ts'
import type { ObjectEntry } from '../../jmap-client/model.ts'
import type { Field, FieldType } from '../../jmap-client/schema.ts'
import type { Remote } from '../remote.ts'

/** Id to label, over all objects: ids are unique. */
export type Labels = ReadonlyMap<string, string>

export const NO_LABELS: Labels = new Map()

/** For what the rows refer to in these fields. */
export async function loadLabels(
  remote: Remote, rows: readonly JsonObject[], fields: ReadonlyMap<string, Field>,
): Promise<Labels> {
  const wanted = new Map<ObjectEntry, Set<string>>()
  for (const [name, field] of fields) {
    const object = referenceOf(remote, field.type)
    if (object === null) continue
    const ids = wanted.get(object) ?? new Set<string>()
    for (const row of rows) for (const id of idsIn(row[name])) ids.add(id)
    wanted.set(object, ids)
  }
  const labels = new Map<string, string>()
  for (const [object, ids] of wanted) await addLabels(remote, object, [...ids], labels)
  return labels
}

async function addLabels(
  remote: Remote, object: ObjectEntry, ids: readonly string[], labels: Map<string, string>,
): Promise<void> {
  const property = remote.model.list(object.name)?.labelProperty
  if (property === undefined || ids.length === 0) return
  try {
    const { list } = await remote.client.get(object.wire, ids, [property])
    for (const { id, [property]: label } of list) {
      if (typeof id === 'string' && typeof label === 'string' && label !== '') labels.set(id, label)
    }
  } catch (error) {
    // Often the login may not read the other object; the id itself is shown then.
    if (!(error instanceof MethodFailed)) throw error
  }
}

function referenceOf(remote: Remote, type: FieldType): ObjectEntry | null {
  const scalar = type.type === 'set' ? type.class : type
  return scalar.type === 'objectId' ? remote.model.referenced(scalar.objectName) : null
}

function idsIn(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value]
  return isJsonObject(value) ? Object.keys(value) : []
}
