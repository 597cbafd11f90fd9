/** What people call an object: the property that its list names, else the first that reads like a name, else its id. */
import type { JsonObject } from '../../../src/base/json.ts'

const NAMES = ['emailAddress', 'name', 'description', 'subject', 'hostname']

export function labelOf(property: string | null, row: JsonObject): string {
  for (const key of property === null ? NAMES : [property, ...NAMES]) {
    const value = row[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return String(row['id'])
}
