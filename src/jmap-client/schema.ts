/**
 * The document at `/api/schema`: every object, its fields, forms and lists as data. It is checked as a whole
 * when it is loaded, so that what reads it later may trust its form. Names carry the prefix `x:`; enums do
 * not.
 */
import type { Checked } from './check.ts'
import { amount, flag, json, listOf, objectOf, optional, parse, recordOf, taggedOf, text, word } from './check.ts'

const stringFormat = word(
  'string', 'ipAddress', 'ipNetwork', 'socketAddress', 'emailAddress', 'secret', 'secretText', 'uri', 'color',
  'text', 'html',
)
const numberFormat = word('integer', 'unsignedInteger', 'float', 'size', 'duration')

const lengths = { minLength: optional(amount), maxLength: optional(amount) }
const bounds = { min: optional(amount), max: optional(amount) }
const items = { minItems: optional(amount), maxItems: optional(amount) }
const nullable = { nullable: optional(flag) }
const string = { format: stringFormat, ...lengths }
const number = { format: numberFormat, ...bounds }

const scalarType = taggedOf('type', { string, objectId: { objectName: text }, enum: { enumName: text } })
const mapValueType = taggedOf('type', { string, number, enum: { enumName: text }, object: { objectName: text } })
const fieldType = taggedOf('type', {
  string: { ...string, ...nullable },
  number: { ...number, ...nullable },
  utcDateTime: nullable,
  boolean: {},
  blobId: {},
  enum: { enumName: text, ...nullable },
  objectId: { objectName: text, ...nullable },
  object: { objectName: text, ...nullable },
  objectList: { objectName: text, ...items },
  set: { class: scalarType, ...items },
  map: { keyClass: scalarType, valueClass: mapValueType, ...items },
})

const field = objectOf({
  description: text, type: fieldType, update: word('mutable', 'immutable', 'serverSet'), enterprise: optional(flag),
})
const fields = objectOf({ properties: optional(recordOf(field)), defaults: optional(recordOf(json)) })
const objectType = taggedOf('type', {
  object: { description: text, permissionPrefix: text, enterprise: optional(flag) },
  singleton: { description: text, permissionPrefix: text, enterprise: optional(flag) },
  view: { objectName: text },
})
const objectSchema = taggedOf('type', {
  single: { schemaName: text },
  multiple: { variants: listOf(objectOf({ name: text, label: text, schemaName: optional(text) })) },
})
const filter = taggedOf('type', {
  text: { field: text, label: text },
  integer: { field: text, label: text },
  date: { field: text, label: text },
  enum: { field: text, enumName: text, label: text },
  objectId: { field: text, objectName: text, label: text },
})
const massAction = taggedOf('type', { setProperty: { label: text, properties: recordOf(json) }, delete: { label: text }, separator: {} })
const list = objectOf({
  title: text, subtitle: text, singularName: text, pluralName: text, labelProperty: optional(text),
  columns: listOf(objectOf({ name: text, label: text })), filters: optional(listOf(filter)),
  filtersStatic: optional(recordOf(json)), sort: optional(listOf(text)), massActions: optional(listOf(massAction)),
})
const form = objectOf({
  sections: listOf(objectOf({ title: optional(text), fields: listOf(objectOf({ name: text, label: text })) })),
})
const enumVariant = objectOf({ name: text, label: text, explanation: optional(text), color: optional(text) })

const menuLink = objectOf({ name: text, icon: optional(text), viewName: text })
const menuGroup = objectOf({ name: text, icon: optional(text), items: listOf(objectOf({ name: text, viewName: optional(text) })) })
const layout = objectOf({ name: text, items: listOf(objectOf({ link: optional(menuLink), container: optional(menuGroup) })) })

const schemaDocument = objectOf({
  objects: recordOf(objectType), schemas: recordOf(objectSchema), fields: recordOf(fields), forms: recordOf(form),
  lists: recordOf(list), enums: recordOf(listOf(enumVariant)), dashboards: listOf(json), layouts: listOf(layout),
})

export type Schema = Checked<typeof schemaDocument>
export type Field = Checked<typeof field>
export type FieldType = Checked<typeof fieldType>
export type ScalarType = Checked<typeof scalarType>
export type MapValueType = Checked<typeof mapValueType>
export type Form = Checked<typeof form>
export type List = Checked<typeof list>
export type MassAction = Checked<typeof massAction>
export type Filter = Checked<typeof filter>
export type EnumVariant = Checked<typeof enumVariant>

/** Throws Mismatch with the path of what is wrong. */
export function parseSchema(value: unknown): Schema {
  return parse(schemaDocument, value)
}
