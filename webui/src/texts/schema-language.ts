/** The schema of the server in another language: labels and descriptions by their English words, everything else as it is. */
import type { Json } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Schema } from '../../../src/jmap-client/schema.ts'

/** Members of the schema that people read; everything else is read by programs. */
const READ: ReadonlySet<string> = new Set(['label', 'title', 'subtitle', 'singularName', 'pluralName', 'description', 'explanation'])

export function inWords(schema: Schema, words: Readonly<Record<string, string>>): Schema {
  // Only texts change, so it is a schema still.
  return translated(schema, words) as unknown as Schema
}

function translated(value: Json, words: Readonly<Record<string, string>>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(each => translated(each, words))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => {
    if (typeof each !== 'string') return [key, translated(each, words)]
    return [key, READ.has(key) && Object.hasOwn(words, each) ? words[each] ?? each : each]
  }))
}
