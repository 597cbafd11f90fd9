/**
 * Task: a durable piece of background work. The variants come from the engine's catalogue as data; each gets the fields
 * that every task has besides its own. Rows: task-backend.ts.
 */
import { isDeepStrictEqual } from 'node:util'
import type { EnumType, Fields } from '../../base/fields.ts'
import { embedded, enumType, nullable, shape, utcDateTime, variants } from '../../base/fields.ts'
import { assert } from '../../base/assert.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { labelOf, object, typeFilter } from '../schema/object.ts'
import type { Hooks, ObjectDefinition, Stored } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import { runFields } from './task-running.ts'
import { completeStatus, STATUS_NAMES, TASK_STATUS } from './task-status.ts'

/** The part of a task variant that clients see. */
export interface TaskVariantDeclaration {
  readonly name: string
  readonly label: string
  readonly doc: string
  readonly lane: string
  readonly duty: string
  readonly fields: Fields
  readonly creatable: true | { readonly forbidden: string }
  /** Why the work cannot be done yet. */
  readonly notBuilt?: string
  /** It is tried again for ever. */
  readonly perpetual?: boolean
  /** Why these values are refused, or null. */
  readonly refuse?: (payload: never) => string | null
}

/** What every task has besides the fields of its variant. */
export const COMMON_NAMES: ReadonlySet<string> = new Set(['status', 'due', 'parentId', 'parts', 'running', 'waitingFor'])

function commonFields(duties: EnumType): Fields {
  return {
    status: embedded(TASK_STATUS, 'Where the task stands.'),
    due: nullable(utcDateTime('When it runs next; empty when it has failed for good.', { update: 'serverSet' })),
    ...runFields(duties),
  }
}

export interface TaskObjectOptions<Tx> {
  /** The closed set that lanes are gated by. */
  readonly duties: EnumType
  /** The properties of these names, for tasks as the backend hands them out. */
  readonly waitingFor: (tx: Tx, tasks: readonly Stored[]) => Promise<readonly Json[]>
  readonly parts: (tx: Tx, tasks: readonly Stored[]) => Promise<readonly Json[]>
  /** What writing a task of a variant does besides, by the variant's name. */
  readonly variantHooks: Readonly<Record<string, VariantHooks<Tx>>>
}
export type VariantHooks<Tx> = Pick<Hooks<Tx>, 'derive' | 'settle'>

const STATUS_FILTER = enumType(
  'TaskStatusType',
  STATUS_NAMES.map(name => ({ name, label: name === 'Retry' ? 'Waiting for another attempt' : name })),
)

export function taskObject<Tx>(
  declarations: readonly TaskVariantDeclaration[],
  { duties, waitingFor, parts, variantHooks }: TaskObjectOptions<Tx>,
): ObjectDefinition<JsonObject, Tx> {
  const common = commonFields(duties)
  const byName = new Map(declarations.map(declaration => [declaration.name, declaration]))
  const shapes = declarations.map(({ name, label, fields }) => {
    assert(
      !Object.keys(fields).some(name => COMMON_NAMES.has(name)),
      `${name} declares a field that every task has`,
    )
    return { name, label, shape: shape(`Task${name}`, { ...fields, ...common }) }
  })
  const lanes = enumType('TaskLane', [...new Set(declarations.map(({ lane }) => lane))].map(name => ({ name, label: labelOf(name) })))
  const progress = { title: 'Progress', fields: [...COMMON_NAMES] }
  return object<Tx>({
    name: 'Task',
    label: 'Task',
    doc: 'Background work that is waiting, running, or has failed. Work that is done is no longer here.',
    shape: variants('Task', shapes),
    variantPermissionPrefix: 'task',
    columns: ['@type', 'due', 'status', 'waitingFor'],
    filters: {
      '@type': typeFilter('Task', shapes),
      status: { type: { type: 'enum', enum: STATUS_FILTER }, label: 'Status' },
      due: { type: { type: 'utcDateTime' }, label: 'Due', range: true },
      accountId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
      domainId: { type: { type: 'objectId', objectName: 'Domain' }, label: 'Domain' },
      lane: { type: { type: 'enum', enum: lanes }, label: 'Lane' },
      running: { type: { type: 'boolean' }, label: 'Running (true or false)' },
      parentId: { type: { type: 'objectId', objectName: 'Task' }, label: 'Part of' },
      failure: { type: { type: 'objectId', objectName: 'TaskFailure' }, label: 'Group of failures' },
    },
    order: { properties: ['due', 'createdAt'], ascending: false },
    sections: Object.fromEntries(
      declarations.map(({ name, label, fields }) => {
        const own = Object.keys(fields)
        return [`Task${name}`, own.length === 0 ? [progress] : [{ title: label, fields: own }, progress]]
      }),
    ),
    views: [
      {
        name: 'TaskFailed',
        title: 'Failed tasks',
        subtitle: 'Tasks that were given up; set one to Pending to try it again.',
        columns: ['@type', 'status'],
        filters: { status: 'Failed' },
      },
    ],
    actions: [{ label: 'Run now', properties: { status: { '@type': 'Pending' } } }],
    menu: { section: 'Management', icon: 'list-todo', group: 'Tasks', link: 'Scheduled tasks' },
    hooks: {
      admit(variant) {
        const declaration = variant === null ? undefined : byName.get(variant)
        if (declaration === undefined) return
        if (declaration.creatable !== true) throw refusal('forbidden', declaration.creatable.forbidden)
        if (declaration.notBuilt !== undefined) throw refusal('forbidden', declaration.notBuilt)
      },
      complete(raw, before, context) {
        const was = before === null ? null : (ownValue(before, 'status') as JsonObject)
        const status = was !== null && raw['status'] === was ? was : completeStatus(raw['status'], was, context)
        return { ...(before === null ? raw : withoutReason(raw)), status }
      },
      check(next, before) {
        // What is stored already may have been allowed by an older version: it can still be parked or moved.
        const isTold = before === null || Object.entries(payloadOf(next)).some(([name, value]) => !isDeepStrictEqual(value, before[name]))
        const reason = isTold ? byName.get(String(next['@type']))?.refuse?.(payloadOf(next) as never) : null
        if (typeof reason === 'string') throw refusal('forbidden', reason)
      },
      async derive(...[tx, id, next, before, context]) {
        const derive = variantHooks[String(next['@type'])]?.derive
        return await derive?.(tx, id, next, before, context) ?? { body: next, index: [] }
      },
      async settle(...[tx, id, next, before, context]) {
        await variantHooks[String((next ?? before)?.['@type'])]?.settle?.(tx, id, next, before, context)
      },
      computed: { waitingFor, parts },
    },
  })
}

/** The fields of the variant alone: what the engine keeps as payload. */
export function payloadOf(body: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== '@type' && !COMMON_NAMES.has(name)))
}

/** A client may send back what it has read, and why a task waits, or how far it is, is another thing by then. */
function withoutReason(raw: JsonObject): JsonObject {
  const moving = ['waitingFor', 'parts'].filter(name => isJsonObject(ownValue(raw, name)))
  return moving.length === 0 ? raw : Object.fromEntries(Object.entries(raw).filter(([name]) => !moving.includes(name)))
}
