/**
 * One place that turns what a client sent into the one canonical form of a value, or says what is wrong with it. Liberal
 * in: durations as text, sets and lists also as arrays, dates with fraction and offset, `null` for a default. Strict out.
 * How deep it goes is decided by the declaration, never by the value, so a value cannot be nested too deeply.
 *
 * A value that has not changed (the same in `before`) is not judged again: an object that was stored under older
 * rules can still be edited.
 */
import { isDeepStrictEqual } from 'node:util'
import { assertNever } from '../../base/assert.ts'
import type { Field, FieldType, MapValueType, Shape } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { normalizeItems } from './collections.ts'
import { formatDate, parseDate } from './date.ts'
import { judgeUndeclared } from './neutral.ts'
import { normalizeNumber } from './number.ts'
import type { Path } from './problems.ts'
import { Problems } from './problems.ts'
import { fieldsOf, variantNames } from './shapes.ts'
import { isSecret, normalizeText } from './text.ts'

/** What stands for a secret on the wire; sent back, it means "unchanged". */
export const SECRET_MASK = '****'

export interface Scope {
  readonly problems: Problems
  /** The id that a creation id (without `#`) stands for. */
  readonly resolve: (creationId: string) => Id | undefined
}

/**
 * The whole object: every declared field of its variant is in the result, except server-set ones that have no value yet.
 * `before` is the stored object, or null on creation.
 */
export function normalizeObject(
  shape: Shape,
  raw: JsonObject,
  before: JsonObject | null,
  scope: Scope,
  path: Path = [],
): JsonObject {
  const fields = fieldsOf(shape, raw)
  if (fields === null) {
    scope.problems.patch([...path, '@type'], `must be one of ${variantNames(shape).join(', ')}.`)
    return {}
  }
  const known = before !== null && before['@type'] === ownValue(raw, '@type') ? before : null
  for (const key of Object.keys(raw)) {
    if (scope.problems.full) break
    if (Object.hasOwn(fields, key) || (key === '@type' && shape.kind === 'multiple')) continue
    judgeUndeclared({ shape, of: raw, name: key, rest: [], value: raw[key] ?? null, path: [...path, key] }, scope.problems)
  }
  const result: Record<string, Json> = shape.kind === 'multiple' ? { '@type': raw['@type'] as Json } : {}
  for (const [name, field] of Object.entries(fields)) {
    const stored = before === null ? undefined : ownValue(before, name)
    const value = normalizeField(field, ownValue(raw, name), { stored, sameShape: known !== null }, scope, [
      ...path,
      name,
    ])
    if (value !== undefined) result[name] = value
  }
  return result
}

/** What a field is of an object that was stored without it; undefined: nothing that could be shown. */
export function absentValue(field: Field): Json | undefined {
  const scope = { problems: new Problems(), resolve: () => undefined }
  return normalizeField(field, undefined, { stored: undefined, sameShape: false }, scope, [])
}

interface Before { readonly stored: Json | undefined; readonly sameShape: boolean }

function normalizeField(
  field: Field,
  raw: Json | undefined,
  before: Before,
  scope: Scope,
  path: Path,
): Json | undefined {
  const stored = before.sameShape ? before.stored : undefined
  if (raw !== undefined && raw === stored) return stored
  // What the server has set stays with the place (a task keeps its createdAt in every status); a secret does not.
  if (field.update === 'serverSet') {
    return serverSet(field, raw, isSecret(field.type) ? stored : before.stored, scope, path)
  }
  if (raw === undefined && isSecret(field.type) && stored !== undefined) return stored
  const value =
    raw !== undefined && raw !== null && !emptied(field, raw)
      ? normalizeValue(field.type, raw, stored, scope, path)
      : fallback(field, raw, scope, path)
  if (
    field.update === 'immutable' &&
    stored !== undefined &&
    value !== undefined &&
    !isDeepStrictEqual(value, stored)
  ) {
    scope.problems.patch(path, 'cannot be changed after creation.')
  }
  return value
}

/** Forms send an emptied text as such. */
function emptied(field: Field, raw: Json): boolean {
  return raw === '' && field.nullable && field.type.type === 'string'
}

/** Kept as it is; a client that sends back what it has read is not refused. */
function serverSet(
  field: Field,
  raw: Json | undefined,
  stored: Json | undefined,
  scope: Scope,
  path: Path,
): Json | undefined {
  if (raw !== undefined && raw !== stored) {
    const quiet: Scope = { ...scope, problems: new Problems() }
    const value = raw === null ? null : normalizeValue(field.type, raw, stored, quiet, path)
    const same = value === null ? stored === undefined || stored === null : isDeepStrictEqual(value, stored)
    if (quiet.problems.found || !same) scope.problems.patch(path, 'is set by the server; leave it out.')
  }
  if (stored !== undefined) return stored
  return field.default ?? (field.nullable ? null : undefined)
}

/**
 * What a field is when it was left out: its default, null, false, nothing, the first variant; else it is required.
 * `null` clears what is nullable and else stands for that (RFC 8620 §5.3).
 */
function fallback(field: Field, raw: Json | undefined, scope: Scope, path: Path): Json | undefined {
  if (raw !== undefined && field.nullable) return null
  if (field.default !== undefined) return normalizeValue(field.type, field.default, undefined, scope, path)
  if (field.nullable) return null
  switch (field.type.type) {
    case 'boolean': return false
    case 'set': case 'map': case 'objectList': return normalizeValue(field.type, {}, undefined, scope, path)
    case 'object': {
      const { shape } = field.type
      const first = variantNames(shape)[0]
      return normalizeObject(shape, first === undefined ? {} : { '@type': first }, null, scope, path)
    }
    default: scope.problems.required(path)
  }
  return undefined
}

/** Undefined when a problem was noted. */
export function normalizeValue(
  type: FieldType | MapValueType,
  raw: Json,
  stored: Json | undefined,
  scope: Scope,
  path: Path,
): Json | undefined {
  const { problems } = scope
  switch (type.type) {
    case 'string':
      if (isSecret(type) && raw === SECRET_MASK) return stored ?? noSecret(scope, path)
      return typeof raw === 'string' ? normalizeText(type, raw, path, problems) : wrongType(scope, path, 'a text')
    case 'blobId':
      return typeof raw === 'string'
        ? normalizeText({ type: 'string', format: 'string' }, raw, path, problems)
        : wrongType(scope, path, 'a text')
    case 'enum': {
      const names = type.enum.members.map(member => member.name)
      if (typeof raw !== 'string') return wrongType(scope, path, `one of ${names.join(', ')}`)
      if (names.includes(raw)) return raw
      problems.invalid(path, raw, `must be one of ${names.join(', ')}.`)
      return undefined
    }
    case 'objectId': return normalizeId(raw, scope, path)
    case 'number': return normalizeNumber(type, raw, path, problems)
    case 'boolean': return typeof raw === 'boolean' ? raw : wrongType(scope, path, 'true or false')
    case 'utcDateTime': {
      if (typeof raw !== 'string') return wrongType(scope, path, 'a date such as "2026-12-01T03:00:00Z"')
      const ms = parseDate(raw)
      if (ms !== null) return formatDate(ms)
      problems.invalid(
        path,
        raw,
        'must be a date such as "2026-12-01T03:00:00Z", from 1970 to 9999, with Z or an offset.',
      )
      return undefined
    }
    case 'object': {
      if (!isJsonObject(raw)) return wrongType(scope, path, 'an object')
      return normalizeObject(type.shape, raw, isJsonObject(stored) ? stored : null, scope, path)
    }
    case 'set':
    case 'map':
    case 'objectList':
      return normalizeItems(type, raw, stored, path, problems, (of, value, was, at) =>
        normalizeValue(of, value, was, scope, at),
      )
    default:
      return assertNever(type)
  }
}

function normalizeId(raw: Json, scope: Scope, path: Path): Id | undefined {
  if (typeof raw !== 'string') return wrongType(scope, path, 'an id')
  if (!raw.startsWith('#')) return normalizeText({ type: 'string', format: 'string' }, raw, path, scope.problems)
  const id = scope.resolve(raw.slice(1))
  if (id === undefined) {
    scope.problems.reference(
      path,
      `refers to ${raw.slice(0, 60).toWellFormed()}, which this request has not created.`,
    )
  }
  return id
}

function wrongType(scope: Scope, path: Path, expected: string): undefined {
  scope.problems.patch(path, `must be ${expected}.`)
  return undefined
}

function noSecret(scope: Scope, path: Path): undefined {
  scope.problems.invalidSecret(path, 'has no stored value that the mask could stand for; send the secret itself.')
  return undefined
}
