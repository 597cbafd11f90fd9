/** Which values are secrets: servers mask them, plans leave them out, and nothing here prints them. */
import type { Model } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'

export const MASK = '****'

export function isSecret(type: FieldType): boolean {
  return type.type === 'string' && (type.format === 'secret' || type.format === 'secretText')
}

/**
 * Whether the entries of a list or map hold secrets. Such a list is all or nothing: without the secret an entry can
 * neither be made again nor be told from its neighbour.
 */
export function hasSecretEntries(model: Model, type: FieldType): boolean {
  return (type.type === 'objectList' || type.type === 'map') && holdsSecret(model, type, new Set())
}

function holdsSecret(model: Model, type: FieldType, visited: Set<string>): boolean {
  if (type.type === 'map') return holdsSecret(model, type.valueClass, visited)
  if (type.type !== 'object' && type.type !== 'objectList') return isSecret(type)
  if (visited.has(type.objectName)) return false
  visited.add(type.objectName)
  return model.variants(bare(type.objectName)).some(({ fields }) =>
    [...fields.values()].some(field => holdsSecret(model, field.type, visited)))
}
