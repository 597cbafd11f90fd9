/**
 * What `x:Task/bulk` is asked: which tasks, what to do with them, and how far an earlier call came. A cursor is opaque to
 * clients: up to which id tasks are meant, behind which one to go on, and how many more there may be.
 */
import type { Field } from '../../base/fields.ts'
import { string, utcDateTime } from '../../base/fields.ts'
import { ID_LENGTH, type Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { ownValue } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import { booleanArgument, integerArgument, objectArgument, textArgument } from '../ops/arguments.ts'
import { readFilter } from '../ops/filter.ts'
import type { ObjectDefinition, Verb } from '../schema/object.ts'
import { SetFailure } from '../set-error.ts'
import { nameMeant } from '../values/names.ts'
import { normalizeValue } from '../values/normalize.ts'
import { Problems } from '../values/problems.ts'
import { conditionsOf } from './task-conditions.ts'
import type { TaskConditions } from './task-conditions.ts'

/** With the permission that each needs. */
export const BULK_ACTIONS = { retry: 'Update', destroy: 'Destroy', park: 'Update', reschedule: 'Update' } as const satisfies Record<string, Verb>
export type BulkAction = keyof typeof BULK_ACTIONS

export interface BulkPlace {
  readonly until: Id
  /** Empty: from the start. */
  readonly after: Id
  /** Null: as many as there are. */
  readonly left: number | null
}

export interface BulkRequest {
  readonly action: BulkAction
  /** As it was sent, for the audit log. */
  readonly filter: JsonObject
  /** Null: nothing can match. */
  readonly conditions: TaskConditions | null
  /** In the wire's form. */
  readonly due: string | null
  readonly reason: string | null
  readonly dryRun: boolean
  readonly expect: number | null
  /** Null: a first call. */
  readonly place: BulkPlace | null
}

const DUE = utcDateTime('')
const REASON = string('', { maxLength: 1_000, format: 'text' })

export function readBulk(definition: ObjectDefinition<unknown, never>, args: JsonObject): BulkRequest {
  const action = readAction(args)
  const filter = objectArgument(args, 'filter')
  if (filter === undefined) throw invalid('filter says which tasks are meant; {} is all of them.')
  const listed = readFilter(definition, filter)
  const dryRun = booleanArgument(args, 'dryRun')
  const expect = integerArgument(args, 'expect', 0) ?? null
  if (listed.length === 0 && !dryRun && expect === null) {
    throw invalid('Without a condition all tasks are meant: ask with dryRun first, and send the number that it tells as expect.')
  }
  const due = only('reschedule', 'due', DUE, action, args)
  if (action === 'reschedule' && due === null) throw invalid('due is missing: reschedule needs the new time, such as "2026-12-01T03:00:00Z".')
  return {
    action, filter, conditions: conditionsOf(listed), due, reason: only('park', 'reason', REASON, action, args),
    dryRun, expect, place: readPlace(args),
  }
}

function readAction(args: JsonObject): BulkAction {
  const names = Object.keys(BULK_ACTIONS)
  const action = nameMeant(names, textArgument(args, 'action') ?? '')
  if (action === undefined) throw invalid(`action must be one of ${names.join(', ')}.`)
  return action as BulkAction
}

/** An argument that belongs to one action. */
function only(of: BulkAction, name: string, { type }: Field, action: BulkAction, args: JsonObject): string | null {
  const raw: Json = ownValue(args, name) ?? null
  if (raw === null) return null
  if (action !== of) throw invalid(`${name} belongs to the action ${of}; leave it out.`)
  const problems = new Problems()
  const value = normalizeValue(type, raw, undefined, { problems, resolve: () => undefined }, [name])
  try {
    problems.refuse()
  } catch (error) {
    if (error instanceof SetFailure) throw invalid(error.message)
    throw error
  }
  return typeof value === 'string' ? value : null
}

const ID = `[0-7][0-9a-v]{${ID_LENGTH - 1}}`
const PLACE = new RegExp(`^(?<until>${ID})\\.(?<after>(?:${ID})?)\\.(?<left>\\d{0,15})$`)

function readPlace(args: JsonObject): BulkPlace | null {
  const text = textArgument(args, 'cursor')
  if (text === undefined) return null
  const { until = '', after = '', left = '' } = PLACE.exec(text)?.groups ?? {}
  if (until === '') throw invalid('cursor must be one that an earlier reply has given.')
  return { until, after, left: left === '' ? null : Number(left) }
}

export function placeText({ until, after, left }: BulkPlace): string {
  return `${until}.${after}.${left ?? ''}`
}

function invalid(description: string): MethodError {
  return new MethodError('invalidArguments', description)
}
