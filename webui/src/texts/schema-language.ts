/** The schema of the server in another language: labels and descriptions by their English words, everything else as it is. */
import type { Json } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Schema } from '../../../src/jmap-client/schema.ts'

/** Members of the schema that people read; everything else is read by programs. */
const READ: ReadonlySet<string> = new Set(['label', 'title', 'subtitle', 'singularName', 'pluralName', 'description', 'explanation'])
/** A link of a menu has no label: it is its name. */
const READ_IN_MENUS: ReadonlySet<string> = new Set(['name'])

export function inWords(schema: Schema, words: Readonly<Record<string, string>>): Schema {
  const layouts = schema.layouts.map(({ items, ...layout }) => ({ ...layout, items: translated(items, words, READ_IN_MENUS) }))
  // Only texts change, so it is a schema still.
  return { ...translated(schema, words, READ) as object, layouts } as unknown as Schema
}

function translated(value: Json, words: Readonly<Record<string, string>>, read: ReadonlySet<string>): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(each => translated(each, words, read))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => {
    if (typeof each !== 'string') return [key, translated(each, words, read)]
    return [key, read.has(key) ? inWord(each, words) : each]
  }))
}

/** `Read: Tasks`, as permissions are called, is made of `Read:` and `Tasks`. */
function inWord(text: string, words: Readonly<Record<string, string>>): string {
  const known = ownWord(words, text)
  if (known !== undefined) return known
  const [, before = '', after = ''] = /^(\w+:) (.+)$/.exec(text) ?? []
  const [what, whom] = [ownWord(words, before), ownWord(words, after)]
  return what === undefined || whom === undefined ? text : `${what}: ${whom}`
}

function ownWord(words: Readonly<Record<string, string>>, text: string): string | undefined {
  return Object.hasOwn(words, text) ? words[text] : undefined
}
