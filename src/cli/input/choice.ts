/** Small options: which fields, which order, how many. */
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { findPath, propertiesOf } from './path.ts'
import { fold } from './suggest.ts'

export interface Sort { readonly property: string; readonly isAscending: boolean }

/** `--fields a,b` in the schema's own spelling; null when not given. */
export function parseFields(model: Model, object: ObjectEntry, text: string | undefined): string[] | null {
  if (text === undefined) return null
  const names = text.split(',').map(name => name.trim()).filter(Boolean)
  if (names.length === 0) throw usage('--fields: no name in it', 'write --fields due,status')
  return [...new Set(names.map(name => propertyName(model, object, name)))]
}

/** `due`, or `-due` for the latest first. The schema does not say what sorts, so the server judges other names. */
export function parseSort(model: Model, object: ObjectEntry, text: string | undefined): Sort[] {
  if (text === undefined) return []
  const isAscending = !text.startsWith('-')
  const name = isAscending ? text : text.slice(1)
  const known = propertiesOf(model.variants(object.name)).keys().find(property => fold(property) === fold(name))
  return [{ property: known ?? name, isAscending }]
}

/** A whole number from 1 on; null when not given. */
export function parseLimit(text: string | undefined): number | null {
  if (text === undefined) return null
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`--limit ${text}: not valid`, 'give a whole number from 1 on')
  return Number(text)
}

function propertyName(model: Model, object: ObjectEntry, name: string): string {
  if (name === 'id') return name
  const slash = name.indexOf('/')
  if (slash >= 0) throw usage(`${name}: only whole fields can be chosen here`, `use ${name.slice(0, slash)}`)
  return findPath(model, object.name, model.variants(object.name), name).segments[0] ?? name
}
