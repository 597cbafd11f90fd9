/** Declared fields as tables: name, type, default, and what the field is for. */
import type { EnumType, Field, Fields, FieldType, MapValueType, Shape, SingleShape } from '../../src/base/fields.ts'
import { code, list, table } from './markdown.ts'

function fieldsTable(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, field]) => [code(name), typeCell(field), defaultText(field), `${field.doc}${updateText(field)}`])
  return rows.length === 0 ? 'No fields of its own.' : table(['field', 'type', 'default', 'meaning'], rows)
}

/** What fields name and do not explain: each embedded shape and each enumeration once, but those with a page of their own. */
export function namedTypes(shapes: readonly SingleShape[], elsewhere: readonly string[] = []): string[] {
  const embedded = embeddedShapes(shapes)
  const enums = enumerations([...shapes, ...embedded.flatMap(singleShapes)]).filter(of => !elsewhere.includes(of.enumName))
  return [
    ...embedded.map(of => `**${of.name}**\n\n${shapeText(of)}`),
    ...enums.map(of => `**${of.enumName}**\n\n${enumTable(of)}`),
  ]
}

/** The fields of a shape, or of each of its variants. */
export function shapeText(shape: Shape): string {
  if (shape.kind === 'single') return fieldsTable(shape.fields)
  const [plain, withFields] = [shape.variants.filter(each => !hasFields(each.shape)), shape.variants.filter(each => hasFields(each.shape))]
  return [
    `One of ${shape.variants.length} variants, told by \`@type\`.`,
    ...(plain.length > 0 ? [`Without fields:\n\n${list(plain.map(({ name, label }) => `${code(name)}: ${label}`))}`] : []),
    ...withFields.map(({ name, label, shape: of }) => `${code(name)}: ${label}\n\n${fieldsTable(of?.fields ?? {})}`),
  ].join('\n\n')
}

function hasFields(shape: SingleShape | undefined): boolean {
  return shape !== undefined && Object.keys(shape.fields).length > 0
}

/** In the order in which they are met. */
function embeddedShapes(shapes: readonly SingleShape[]): Shape[] {
  const found = new Map<string, Shape>()
  function visit(type: FieldType | MapValueType): void {
    if (type.type === 'map') visit(type.valueClass)
    if (type.type !== 'object' && type.type !== 'objectList' || found.has(type.shape.name)) return
    found.set(type.shape.name, type.shape)
    singleShapes(type.shape).forEach(visitFields)
  }
  function visitFields({ fields }: SingleShape): void {
    for (const { type } of Object.values(fields)) visit(type)
  }
  shapes.forEach(visitFields)
  return [...found.values()]
}

export function singleShapes(shape: Shape): SingleShape[] {
  return shape.kind === 'single' ? [shape] : shape.variants.flatMap(variant => variant.shape ?? [])
}

/** The enumerations that fields name, each once. */
function enumerations(shapes: readonly SingleShape[]): EnumType[] {
  const found = new Map<string, EnumType>()
  function visit(type: FieldType | MapValueType): void {
    if (type.type === 'enum') found.set(type.enum.enumName, type.enum)
    if (type.type === 'set') visit(type.class)
    if (type.type === 'map') [type.keyClass, type.valueClass].forEach(visit)
  }
  for (const { fields } of shapes) for (const { type } of Object.values(fields)) visit(type)
  return [...found.values()]
}

function enumTable({ members }: EnumType): string {
  return table(['value', 'meaning'], members.map(({ name, label, explanation }) => [code(name), explanation === undefined ? label : `${label}: ${explanation}`]))
}

function typeCell({ type, nullable }: Field): string {
  return nullable ? `${typeText(type)} or null` : typeText(type)
}

function typeText(type: FieldType | MapValueType): string {
  switch (type.type) {
    case 'string': return type.format === 'string' ? `text${lengths(type)}` : `${WORDS[type.format] ?? type.format}${lengths(type)}`
    case 'number': return `${WORDS[type.format] ?? type.format}${bounds(type.min, type.max)}`
    case 'enum': return code(type.enum.enumName)
    case 'objectId': return `id of ${code(type.objectName)}`
    case 'blobId': return 'id of a blob'
    case 'utcDateTime': return 'date'
    case 'boolean': return 'true or false'
    case 'object': return code(type.shape.name)
    case 'objectList': return `list of ${code(type.shape.name)}${bounds(type.minItems, type.maxItems)}`
    case 'set': return `set of ${typeText(type.class)}${bounds(type.minItems, type.maxItems)}`
    case 'map': return `map from ${typeText(type.keyClass)} to ${typeText(type.valueClass)}${bounds(type.minItems, type.maxItems)}`
  }
}
const WORDS: Readonly<Record<string, string>> = {
  integer: 'whole number', unsignedInteger: 'whole number', float: 'number', size: 'bytes', duration: 'duration',
  ipAddress: 'IP address', ipNetwork: 'IP network', socketAddress: 'address and port', emailAddress: 'e-mail address',
  secret: 'secret', secretText: 'secret text', text: 'long text', uri: 'URI', html: 'HTML', color: 'colour',
}

function lengths({ minLength, maxLength }: { readonly minLength?: number; readonly maxLength?: number }): string {
  return minLength === undefined && maxLength === undefined ? '' : `${bounds(minLength, maxLength)} characters`
}

function bounds(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}`
  if (min !== undefined) return `, at least ${min}`
  return max === undefined ? '' : `, at most ${max}`
}

function defaultText({ default: value, nullable, type, update }: Field): string {
  if (value !== undefined) return code(JSON.stringify(value))
  if (nullable) return code('null')
  if (update === 'serverSet') return ''
  switch (type.type) {
    case 'boolean': return code('false')
    case 'set': case 'map': case 'objectList': return (type.minItems ?? 0) > 0 ? 'required' : code('{}')
    case 'object': return type.shape.kind === 'single' ? code('{}') : code(type.shape.variants[0]?.name ?? '')
    default: return 'required'
  }
}

function updateText({ update }: Field): string {
  if (update === 'serverSet') return ' *Set by the server.*'
  return update === 'immutable' ? ' *Set on creation only.*' : ''
}
