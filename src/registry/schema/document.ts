/**
 * The schema that clients load (`GET /api/schema`): objects, their shapes and fields, forms, lists, enumerations and the
 * menu, made from the declarations alone. Clients parse it strictly: all eight parts are there, and only values that
 * they know appear in it. Names of objects and shapes carry `x:`, names of enumerations do not.
 */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { assert } from '../../base/assert.ts'
import type { EnumType, Field, FieldType, Fields, MapValueType, Shape, SingleShape } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { labelOf } from './object.ts'
import type { Filterable, FormSection, ObjectDefinition, View } from './object.ts'
import { everyField, fieldsOf } from '../values/shapes.ts'
import { layoutsOf } from './layout.ts'

/** An object that others refer to and that this server does not have: clients need its name to accept the reference. */
export interface Placeholder { readonly name: string; readonly doc: string }

export interface SchemaDocument {
  readonly json: string
  /** The same, compressed; made once. */
  readonly gzip: Uint8Array
  /** SHA-256 of the text in base64url: it changes exactly when the schema does. */
  readonly hash: string
}

type Declared = ObjectDefinition<unknown, never>

export function schemaDocument(objects: readonly Declared[], placeholders: readonly Placeholder[]): SchemaDocument {
  const json = JSON.stringify(schemaOf(objects, placeholders))
  return { json, gzip: gzipSync(json), hash: createHash('sha256').update(json).digest('base64url') }
}

interface Parts {
  readonly schemas: Map<string, Json>
  readonly fields: Map<string, Json>
  readonly forms: Map<string, Json>
  readonly enums: Map<string, EnumType>
}

export function schemaOf(objects: readonly Declared[], placeholders: readonly Placeholder[]): JsonObject {
  const parts: Parts = { schemas: new Map(), fields: new Map(), forms: new Map(), enums: new Map() }
  const entries = new Map<string, Json>()
  const lists = new Map<string, Json>()
  for (const { name, doc } of placeholders) {
    entries.set(wire(name), { type: 'object', description: doc, permissionPrefix: `sys${name}` })
    parts.schemas.set(wire(name), { type: 'single', schemaName: wire(name) })
    parts.fields.set(wire(name), { properties: {}, defaults: {} })
  }
  for (const of of objects) {
    entries.set(wire(of.name), { type: of.kind, description: of.doc, permissionPrefix: of.permissionPrefix })
    addShape(parts, of.shape, of.sections)
    if (of.kind === 'object') lists.set(wire(of.name), listOf(of, parts))
    for (const view of of.views) {
      entries.set(wire(`${of.name}/${view.name}`), { type: 'view', objectName: wire(of.name) })
      lists.set(wire(`${of.name}/${view.name}`), viewOf(of, view))
    }
  }
  const enums = [...parts.enums].map(([name, { members }]) => [name, members.map(member => ({ ...member }))])
  return {
    objects: Object.fromEntries(entries),
    schemas: Object.fromEntries(parts.schemas),
    fields: Object.fromEntries(parts.fields),
    forms: Object.fromEntries(parts.forms),
    lists: Object.fromEntries(lists),
    enums: Object.fromEntries(enums) as JsonObject,
    dashboards: [],
    layouts: layoutsOf(objects),
  }
}

const ACRONYM = /^[A-Z0-9-]{2,}$/

export function wire(name: string): string {
  return `x:${name}`
}

function addShape(parts: Parts, shape: Shape, sections: Declared['sections']): void {
  if (parts.schemas.has(wire(shape.name))) return
  if (shape.kind === 'single') {
    parts.schemas.set(wire(shape.name), { type: 'single', schemaName: wire(shape.name) })
    addFields(parts, shape, sections)
    return
  }
  const variants = shape.variants.map(({ name, label, shape: of }) => ({
    name,
    label,
    ...(of ? { schemaName: wire(of.name) } : {}),
  }))
  parts.schemas.set(wire(shape.name), { type: 'multiple', variants })
  parts.forms.set(wire(shape.name), { sections: [{ fields: [{ name: '@type', label: 'Type' }] }] })
  for (const { shape: of } of shape.variants) if (of) addShape(parts, of, sections)
}

function addFields(parts: Parts, { name, fields }: SingleShape, sections: Declared['sections']): void {
  const defaults = Object.entries(fields)
    .filter(([, field]) => field.default !== undefined)
    .map(([key, field]) => [key, field.default])
  parts.fields.set(wire(name), {
    properties: Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, fieldOf(field)])),
    defaults: Object.fromEntries(defaults) as JsonObject,
  })
  const layout: readonly FormSection[] = sections[name] ?? [{ fields: Object.keys(fields) }]
  const placed = layout.flatMap(section => section.fields)
  assert(Object.keys(fields).every(key => placed.includes(key)), `a field of ${name} is in no section of its form`)
  parts.forms.set(wire(name), { sections: layout.map(section => sectionOf(section, fields)) })
  for (const { type } of Object.values(fields)) addTypes(parts, type, sections)
}

function sectionOf({ title, fields: names }: FormSection, fields: Fields): JsonObject {
  return {
    ...(title === undefined ? {} : { title }),
    fields: names
      .filter(name => Object.hasOwn(fields, name))
      .map(name => ({ name, label: fields[name]?.label ?? labelOf(name) })),
  }
}

/** The enumerations and embedded shapes that a type brings along. */
function addTypes(parts: Parts, type: FieldType | MapValueType, sections: Declared['sections']): void {
  if (type.type === 'enum') addEnum(parts, type.enum)
  else if (type.type === 'object' || type.type === 'objectList') addShape(parts, type.shape, sections)
  else if (type.type === 'set') addTypes(parts, type.class, sections)
  else if (type.type === 'map') for (const inner of [type.keyClass, type.valueClass]) addTypes(parts, inner, sections)
}

function addEnum(parts: Parts, of: EnumType): void {
  const known = parts.enums.get(of.enumName)
  const same =
    !known || known.members.map(member => member.name).join() === of.members.map(member => member.name).join()
  assert(same, `two enumerations are called ${of.enumName}`)
  if (!known) parts.enums.set(of.enumName, of)
}

function fieldOf({ type, doc, update, nullable }: Field): JsonObject {
  const wireType = typeOf(type)
  return { description: doc, type: nullable ? { ...wireType, nullable: true } : wireType, update }
}

function typeOf(type: FieldType | MapValueType): JsonObject {
  switch (type.type) {
    case 'enum': return { type: 'enum', enumName: type.enum.enumName }
    case 'objectId': return { type: 'objectId', objectName: wire(type.objectName) }
    case 'object': return { type: 'object', objectName: wire(type.shape.name) }
    case 'objectList': {
      const { shape, ...rest } = type
      return { ...rest, objectName: wire(shape.name) }
    }
    case 'set': return { ...type, class: typeOf(type.class) }
    case 'map': return { ...type, keyClass: typeOf(type.keyClass), valueClass: typeOf(type.valueClass) }
    default: return { ...type }
  }
}

function listOf(of: Declared, parts: Parts): JsonObject {
  for (const { type } of Object.values(of.filters)) addTypes(parts, type, {})
  return {
    title: of.plural, subtitle: of.doc, ...listParts(of, of.columns, Object.keys(of.filters)),
    ...(of.labelProperty === undefined ? {} : { labelProperty: of.labelProperty }),
  }
}

function viewOf(of: Declared, { title, subtitle, columns, filters: fixed }: View): JsonObject {
  const free = Object.keys(of.filters).filter(field => !Object.hasOwn(fixed, field) && mayHave(of, fixed['@type'], field))
  return { title, subtitle, ...listParts(of, columns, free), filtersStatic: fixed }
}

/** Whether objects of a variant can match the filter: one that is on a property of other variants alone is of no use. */
function mayHave({ shape }: Declared, variant: Json | undefined, filter: string): boolean {
  const isProperty = Object.hasOwn(everyField(shape), filter)
  return variant === undefined || !isProperty || Object.hasOwn(fieldsOf(shape, { '@type': variant }) ?? {}, filter)
}

/** What the list of an object and its views have in common. */
function listParts(of: Declared, columns: readonly string[], filtered: readonly string[]): JsonObject {
  const filters = Object.entries(of.filters).filter(([field]) => filtered.includes(field)).map(entry => filterOf(...entry))
  const sortable = of.order.properties.filter(property => columns.includes(property))
  const massActions = of.actions.map(action => ({ type: 'setProperty', ...action }))
  return {
    singularName: inSentence(of.label), pluralName: inSentence(of.plural), columns: columnsOf(of, columns),
    ...(filters.length > 0 ? { filters } : {}), ...(sortable.length > 0 ? { sort: sortable } : {}),
    ...(massActions.length > 0 ? { massActions } : {}),
  }
}

/** `DNS server`, `api key` of `Api key`: words in small letters, but for those that are all capitals. */
function inSentence(label: string): string {
  return label.split(' ').map(word => ACRONYM.test(word) ? word : word.toLowerCase()).join(' ')
}

function columnsOf({ shape }: Declared, names: readonly string[]): Json {
  const shapes = shape.kind === 'single' ? [shape] : shape.variants.flatMap(variant => variant.shape ?? [])
  return names.map(name => {
    const field = shapes.map(each => each.fields[name]).find(each => each !== undefined)
    assert(field !== undefined || name === '@type', `${shape.name} has no field ${name} for its column`)
    return { name, label: name === '@type' ? 'Type' : field?.label ?? labelOf(name) }
  })
}

function filterOf(field: string, { type, label }: Filterable): JsonObject {
  switch (type.type) {
    case 'enum': return { type: 'enum', field, enumName: type.enum.enumName, label }
    case 'objectId': return { type: 'objectId', field, objectName: wire(type.objectName), label }
    case 'number': return { type: 'integer', field, label }
    case 'utcDateTime': return { type: 'date', field, label }
    default: return { type: 'text', field, label }
  }
}
