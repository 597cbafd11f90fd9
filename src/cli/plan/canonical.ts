/**
 * What people write in a plan, in the form in which servers send it, so that the two can be compared: durations in ms,
 * dates in UTC, sets and lists as objects. Names must be those of the schema; values are left to the server to judge.
 */
import { parseDuration } from '../../base/duration.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import { findPath } from '../input/path.ts'
import { didYouMean } from '../input/suggest.ts'
import { parseWhen } from '../input/when.ts'
import type { Visit } from './rebuild.ts'
import { rebuildObject, rebuildValue, TYPE_WORD } from './rebuild.ts'

/** Makes the error for what is wrong with a line, or with a field in it. */
export type Complain = (what: string, hint?: string | null) => Error
/** One member of a patch; `pointer` as in RFC 8620 §5.3. */
export interface Assignment {
  readonly pointer: string
  readonly type: FieldType
  readonly value: Json
  readonly fixed: boolean
}

/** A whole object, without its id and what only the server sets. */
export function canonicalBody(model: Model, object: ObjectEntry, body: JsonObject, complain: Complain): JsonObject {
  const { id: _, ...own } = body
  return rebuildObject(model, object.name, own, visitFor(complain))
}

export function canonicalPatch(model: Model, object: ObjectEntry, patch: JsonObject, complain: Complain): Assignment[] {
  const variants = model.variants(object.name)
  return Object.entries(patch).flatMap(([key, value]): Assignment[] => {
    if (key === 'id' || key === TYPE_WORD) return []
    const { segments, type, field } = rewording(() => findPath(model, object.name, variants, key), complain)
    const pointer = segments.join('/')
    if (field?.update === 'serverSet') throw complain(`${pointer} is set by the server`, 'leave it out')
    const own = value === null ? null : rebuildValue(model, type, value, visitFor(complain), pointer)
    return [{ pointer, type, value: own, fixed: field?.update === 'immutable' }]
  })
}

/** Runs `work`; an error that it throws becomes one that says in which line. */
export function rewording<T>(work: () => T, complain: Complain): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw complain(error.message, 'hint' in error && typeof error.hint === 'string' ? error.hint : null)
  }
}

function visitFor(complain: Complain): Visit {
  return {
    scalar: canonicalScalar,
    keeps: field => field.update !== 'serverSet',
    strange(path, known) {
      const word = path.split('/').at(-1) ?? path
      if (word === TYPE_WORD) throw complain(`${path} must be one of ${known.join(', ')}`)
      throw complain(`there is no field ${path}`, didYouMean(word, known) ?? `one of ${known.join(', ')}`)
    },
  }
}

function canonicalScalar(type: FieldType, value: Json): Json {
  if (typeof value !== 'string') return value
  if (type.type === 'number' && type.format === 'duration') return parseDuration(value) ?? value
  // No `now` and no `+10m`: they would be another time whenever the plan is applied.
  if (type.type === 'utcDateTime') return parseWhen(value, NaN) ?? value
  return value
}
