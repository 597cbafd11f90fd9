/** What people call an object: the property that its list names, else the first that reads like a name, else its id. */
import type { JsonObject } from '../../../src/base/json.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import { wordsOf } from './words.ts'

const NAMES = ['emailAddress', 'name', 'description', 'subject', 'hostname']

export function labelOf(property: string | null, row: JsonObject): string {
  for (const key of property === null ? NAMES : [property, ...NAMES]) {
    const value = row[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return String(row['id'])
}

/** What people call an object of which there is only one: as the menu of the schema does. */
export function singletonLabel(model: Model, object: string): string {
  return model.menu().find(({ view }) => view === object)?.label ?? wordsOf(object)
}
