/**
 * What the audit log keeps of a change: the properties that differ, before and after, as clients see them. Secrets are
 * masked in every depth, so a new secret shows as a change from `****` to `****`. An entry is written in the transaction
 * of its change: either both are there or neither.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import type { AuditEntry } from '../ports.ts'
import type { ObjectDefinition, WriteContext } from '../schema/object.ts'
import { fieldsOf } from '../values/shapes.ts'
import { maskedObject, wholeBody } from './present.ts'

/** Of `before` and of `after`, in UTF-8. */
export const AUDIT_TEXT_BYTES_MAX = 16_384
/** What is left of a value that is too large. */
const KEPT_CHARS = 100
/** Who stands in the log where the server itself did it. */
export const SERVER_NAME = 'The server'

/** `before` null: it was created; `after` null: it was destroyed. Bodies as they are stored. */
export interface AuditedChange {
  readonly id: Id
  readonly before: JsonObject | null
  readonly after: JsonObject | null
}

/** Null when no property of the object has changed. */
export function auditEntry<Tx>(
  definition: ObjectDefinition<unknown, Tx>,
  change: AuditedChange,
  { principal, remote, now }: WriteContext,
  entryId: Id,
): AuditEntry | null {
  const [before, after] = [change.before, change.after].map(body => body && wholeBody(definition, body))
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const changed = [...names].filter(name => !isDeepStrictEqual(valueOf(before, name), valueOf(after, name)))
  if (change.before !== null && change.after !== null && changed.length === 0) return null
  const part = (body: JsonObject | null | undefined): string | null => body ? text(shown(definition, body, changed)) : null
  return {
    id: entryId, at: now,
    action: change.before === null ? 'Create' : change.after === null ? 'Destroy' : 'Update',
    objectName: definition.name, objectId: change.id,
    actorId: principal?.accountId ?? null, actorName: principal?.name ?? SERVER_NAME,
    via: principal?.via ?? null, remote, before: part(before), after: part(after),
  }
}

/** Ids of tasks of a bulk change that stand in its entry; the filter and the numbers tell of the others. */
const BULK_IDS_MAX = 100
/** The object id of an entry that tells of many. */
const BULK_ID = 'bulk'

/** One change of many objects: `what` tells which and how, in place of their properties. */
export function bulkEntry<Tx>(
  { name }: ObjectDefinition<unknown, Tx>,
  verb: 'Update' | 'Destroy',
  what: JsonObject,
  ids: readonly Id[],
  { principal, remote, now }: WriteContext,
  entryId: Id,
): AuditEntry {
  const told = text({ ...what, first: ids[0] ?? null, last: ids.at(-1) ?? null, ...(ids.length > BULK_IDS_MAX ? {} : { ids }) })
  return {
    id: entryId, at: now, action: verb, objectName: name, objectId: BULK_ID,
    actorId: principal?.accountId ?? null, actorName: principal?.name ?? SERVER_NAME, via: principal?.via ?? null, remote,
    before: verb === 'Destroy' ? told : null, after: verb === 'Destroy' ? null : told,
  }
}

/** Nothing and null are the same: a creation does not tell what it left empty. */
function valueOf(body: JsonObject | null | undefined, name: string): Json {
  return (body && ownValue(body, name)) ?? null
}

/** Of a variant that this version does not know, nobody can say what is secret: its name alone. */
function shown<Tx>({ shape }: ObjectDefinition<unknown, Tx>, body: JsonObject, names: readonly string[]): JsonObject {
  if (fieldsOf(shape, body) === null) return { '@type': body['@type'] ?? null }
  const masked = maskedObject(shape, body)
  return Object.fromEntries(names.flatMap(name => {
    const value = ownValue(masked, name)
    return value === undefined ? [] : [[name, value]]
  }))
}

/** Largest properties are cut first, until the rest fits. */
function text(body: JsonObject): string {
  let kept = body
  let json = JSON.stringify(kept)
  const bySize = Object.entries(body)
    .map(([name, value]) => ({ name, value: JSON.stringify(value) }))
    .toSorted((left, right) => right.value.length - left.value.length)
  for (const { name, value } of bySize) {
    if (Buffer.byteLength(json) <= AUDIT_TEXT_BYTES_MAX) break
    kept = { ...kept, [name]: `${value.slice(0, KEPT_CHARS).toWellFormed()}… (cut: ${value.length} characters of JSON)` }
    json = JSON.stringify(kept)
  }
  return json
}
