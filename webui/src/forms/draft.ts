/**
 * What somebody has typed and not saved, in the storage of the tab: it outlives an error, a reload and another login of the
 * same user, and neither the tab nor a logout. Nobody else is shown it. Secrets are never written.
 *
 * Of a new object it is the whole value; of a stored one the patch, so that it changes what was typed alone: what others
 * have changed meanwhile stays theirs, and what was cleared is cleared again.
 */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import type { FieldType } from '../../../src/jmap-client/schema.ts'
import { patched, patchOf, same } from './patch.ts'
import { VARIANT, variantOf } from './shape.ts'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const PREFIX = 'rota.draft.'
const DRAFT_CHARS_MAX = 200_000

/** `variant`: of a new object whose form is for that one only. */
export function draftKey(user: string, object: string, id: string | null, variant: string | null): string {
  return `${PREFIX}${user}.${object}.${id ?? (variant === null ? 'new' : `new.${variant}`)}`
}

/** What is kept of `typed` over `base`; null: nothing has been typed. */
export function draftOf(model: Model, object: string, isNew: boolean, base: JsonObject, typed: JsonObject): JsonObject | null {
  const [before, after] = [withoutSecrets(model, object, base), withoutSecrets(model, object, typed)]
  if (same(before, after)) return null
  return isNew ? after : patchOf(model, object, before, after)
}

/** What a form shows that had `value` when the draft is taken over. */
export function fromDraft(isNew: boolean, value: JsonObject, draft: JsonObject): JsonObject {
  return isNew ? draft : patched(value, draft)
}

export function readDraft(store: Store, key: string): JsonObject | null {
  try {
    const value = JSON.parse(store.getItem(key) ?? 'null') as Json
    return isJsonObject(value) ? value : null
  } catch {
    return null // Written by another version, or by hand: there is no draft then.
  }
}

/** null, or more than fits: no draft. */
export function writeDraft(store: Store, key: string, value: JsonObject | null): void {
  const text = value === null ? null : JSON.stringify(value)
  if (text === null || text.length > DRAFT_CHARS_MAX) store.removeItem(key)
  else store.setItem(key, text)
}

/** The value without its secrets; of what the schema does not know nobody can tell that it is none. */
export function withoutSecrets(model: Model, shape: string, value: JsonObject): JsonObject {
  const fields = variantOf(model, shape, value)?.fields
  return Object.fromEntries(Object.entries(value).flatMap(([name, each]) => {
    const type = fields?.get(name)?.type
    const kept = name === VARIANT ? each : type === undefined ? undefined : open(model, type, each)
    return kept === undefined ? [] : [[name, kept] as const]
  }))
}

function open(model: Model, type: FieldType, value: Json): Json | undefined {
  if (isSecret(type)) return undefined
  if (!isJsonObject(value)) return value
  if (type.type === 'object') return withoutSecrets(model, type.objectName, value)
  if ((type.type === 'map' && isSecret(type.valueClass)) || (type.type === 'set' && isSecret(type.class))) return undefined
  const shape = type.type === 'objectList' ? type.objectName
    : type.type === 'map' && type.valueClass.type === 'object' ? type.valueClass.objectName : null
  if (shape === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, isJsonObject(entry) ? withoutSecrets(model, shape, entry) : entry]))
}

function isSecret(type: Pick<FieldType, 'type'> & { readonly format?: unknown }): boolean {
  return type.type === 'string' && (type.format === 'secret' || type.format === 'secretText')
}
