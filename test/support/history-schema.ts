/** What the schema of the tests has of the history of tasks and of groups of failures: both are the server's alone. */
import type { JsonObject } from '../../src/base/json.ts'

const field = (type: JsonObject): JsonObject => ({ description: 'For tests.', type, update: 'serverSet' })
const TEXT = { type: 'string', format: 'string' }
const NUMBER = { type: 'number', format: 'unsignedInteger' }
const DURATION = { type: 'number', format: 'duration' }
const DATE = { type: 'utcDateTime' }
const KIND = { type: 'enum', enumName: 'TaskKind' }
const OUTCOME = { type: 'enum', enumName: 'Outcome' }

/** Fields of the object, and those of them that are columns of its list; every field is a filter. */
const OBJECTS: Readonly<Record<string, { readonly fields: Readonly<Record<string, JsonObject>>; readonly columns: readonly string[] }>> = {
  TaskRun: {
    fields: { taskId: TEXT, parentId: TEXT, variant: KIND, accountId: TEXT, node: TEXT, outcome: OUTCOME, startedAt: DATE },
    columns: ['startedAt', 'variant', 'outcome'],
  },
  TaskRunCount: {
    fields: { hour: DATE, variant: KIND, node: TEXT, outcome: OUTCOME, runs: NUMBER, meanDuration: DURATION },
    columns: ['hour', 'variant', 'outcome', 'runs', 'meanDuration'],
  },
  TaskFailure: {
    fields: { variant: KIND, reason: TEXT, count: NUMBER, newest: DATE },
    columns: ['count', 'variant', 'reason'],
  },
}

const each = (make: (name: string) => JsonObject): JsonObject => Object.fromEntries(Object.keys(OBJECTS).map(name => [`x:${name}`, make(name)]))
const fieldsOf = (name: string) => Object.entries(OBJECTS[name]?.fields ?? {})

export const HISTORY_SCHEMA = {
  objects: each(name => ({ type: 'object', description: `${name} of the tests.`, permissionPrefix: `sys${name}` })),
  schemas: each(name => ({ type: 'single', schemaName: `x:${name}` })),
  fields: each(name => ({ properties: Object.fromEntries(fieldsOf(name).map(([key, type]) => [key, field(type)])) })),
  lists: each(name => ({
    title: name, subtitle: 'For tests.', singularName: name, pluralName: `${name}s`,
    columns: (OBJECTS[name]?.columns ?? []).map(column => ({ name: column, label: column })),
    filters: fieldsOf(name).map(([key, { type = '', enumName }]) =>
      type === 'enum' ? { type, field: key, enumName: enumName ?? '', label: key } : { type: type === 'utcDateTime' ? 'date' : 'text', field: key, label: key }),
  })),
  outcomes: ['done', 'snooze', 'retry', 'failed', 'cancelled'].map(name => ({ name, label: name })),
}
