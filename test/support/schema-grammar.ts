/**
 * The grammar of the schema that clients load, as strict as the strictest of them: all parts are there, every key that
 * is not optional is there, and every `type`, `format`, `update` and so on is one of those known. Returns what is wrong.
 */
type Check = (value: unknown, path: string, wrong: string[]) => void
type Keys = Readonly<Record<string, Check | Optional>>
interface Optional { readonly optional: Check }

const STRING_FORMATS = [
  'string',
  'ipAddress',
  'ipNetwork',
  'socketAddress',
  'emailAddress',
  'secret',
  'secretText',
  'uri',
  'color',
  'text',
  'html',
]
const NUMBER_FORMATS = ['integer', 'unsignedInteger', 'float', 'size', 'duration']

const fail =
  (expected: string): Check =>
  (value, path, wrong) => {
    wrong.push(`${path}: expected ${expected}, got ${JSON.stringify(value)}`)
  }
const test =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value, path, wrong) => {
    if (!holds(value)) fail(expected)(value, path, wrong)
  }
const text = test('a text', value => typeof value === 'string' && value.length > 0)
const truth = test('true or false', value => typeof value === 'boolean')
const number = test('a number', value => typeof value === 'number')
const uint = test('a whole number', value => Number.isSafeInteger(value) && Number(value) >= 0)
const any: Check = () => undefined
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const oneOf = (...values: readonly unknown[]): Check => test(`one of ${values.join(', ')}`, value => values.includes(value))
const maybe = (check: Check): Optional => ({ optional: check })

function keys(of: Keys): Check {
  return (value, path, wrong) => {
    if (!isObject(value)) { fail('an object')(value, path, wrong); return }
    for (const [key, check] of Object.entries(of)) {
      if (typeof check === 'function') check(value[key], `${path}.${key}`, wrong)
      else if (Object.hasOwn(value, key)) check.optional(value[key], `${path}.${key}`, wrong)
    }
  }
}
const list = (check: Check): Check => (value, path, wrong) => {
  if (Array.isArray(value)) value.forEach((item, index) => { check(item, `${path}[${index}]`, wrong) })
  else fail('a list')(value, path, wrong)
}
const record = (check: Check): Check => (value, path, wrong) => {
  if (isObject(value)) for (const [key, item] of Object.entries(value)) check(item, `${path}.${key}`, wrong)
  else fail('an object')(value, path, wrong)
}
/** A union told apart by the value of one key. */
const tagged = (tag: string, cases: Readonly<Record<string, Keys>>): Check => (value, path, wrong) => {
  const of = isObject(value) ? cases[String(value[tag])] : undefined
  if (of && isObject(value) && Object.hasOwn(cases, String(value[tag]))) keys(of)(value, path, wrong)
  else fail(`${tag} ${Object.keys(cases).join(', ')}`)(value, path, wrong)
}
/** A union told apart by its only key. */
const external = (cases: Readonly<Record<string, Check>>): Check => (value, path, wrong) => {
  const [key = ''] = isObject(value) ? Object.keys(value) : []
  const check = cases[key]
  if (check && isObject(value) && Object.keys(value).length === 1) check(value[key], `${path}.${key}`, wrong)
  else fail(`one of ${Object.keys(cases).join(', ')}`)(value, path, wrong)
}

const string = { format: oneOf(...STRING_FORMATS), minLength: maybe(uint), maxLength: maybe(uint) }
const numeric = { format: oneOf(...NUMBER_FORMATS), min: maybe(number), max: maybe(number) }
const items = { minItems: maybe(uint), maxItems: maybe(uint) }
const nullable = { nullable: maybe(truth) }
const scalar = tagged('type', { string, objectId: { objectName: text }, enum: { enumName: text } })
const mapValue = tagged('type', { string, number: numeric, enum: { enumName: text }, object: { objectName: text } })
const fieldType = tagged('type', {
  string: { ...string, ...nullable }, number: { ...numeric, ...nullable }, utcDateTime: nullable, boolean: {}, blobId: {},
  enum: { enumName: text, ...nullable }, objectId: { objectName: text, ...nullable }, object: { objectName: text, ...nullable },
  objectList: { objectName: text, ...items }, set: { class: scalar, ...items }, map: { keyClass: scalar, valueClass: mapValue, ...items },
})
const field = keys({ description: text, type: fieldType, update: oneOf('mutable', 'immutable', 'serverSet'), enterprise: maybe(truth) })

const objectType = tagged('type', {
  object: { description: text, permissionPrefix: text, enterprise: maybe(truth) },
  singleton: { description: text, permissionPrefix: text, enterprise: maybe(truth) },
  view: { objectName: text },
})
const objectSchema = tagged('type', {
  single: { schemaName: text },
  multiple: { variants: list(keys({ name: text, label: text, schemaName: maybe(text) })) },
})
const labelled = keys({ name: text, label: text, keyLabel: maybe(text), valueLabel: maybe(text), placeholder: maybe(text) })
const form = keys({ title: maybe(text), subtitle: maybe(text), sections: list(keys({ title: maybe(text), fields: list(labelled) })) })
const filter = tagged('type', {
  text: { field: text, label: text }, integer: { field: text, label: text }, date: { field: text, label: text },
  enum: { field: text, enumName: text, label: text }, objectId: { field: text, objectName: text, label: text },
})
const massActions = { setProperty: { label: text, properties: record(any) }, delete: { label: text }, separator: {} }
const itemActions = { ...massActions, query: { label: text, objectName: text, fieldName: text }, view: { label: text, objectName: text } }
const listing = keys({
  title: text, subtitle: text, singularName: text, pluralName: text, labelProperty: maybe(text), columns: list(labelled),
  filters: maybe(list(filter)), filtersStatic: maybe(record(any)), sort: maybe(list(text)),
  massActions: maybe(list(tagged('type', massActions))), itemActions: maybe(list(tagged('type', itemActions))),
})
const subItem: Check = (value, path, wrong) => {
  tagged('type', { link: { name: text, viewName: text }, container: { name: text, items: list(subItem) } })(value, path, wrong)
}
const layout = keys({
  name: text,
  icon: text,
  items: list(
    external({ link: keys({ name: text, icon: text, viewName: text }), container: keys({ name: text, icon: text, items: list(subItem) }) }),
  ),
})

const grammar = keys({
  objects: record(objectType),
  schemas: record(objectSchema),
  fields: record(keys({ properties: record(field), defaults: maybe(record(any)) })),
  forms: record(form),
  lists: record(listing),
  enums: record(list(keys({ name: text, label: text, explanation: maybe(text), color: maybe(text) }))),
  dashboards: list(fail('none')),
  layouts: list(layout),
})

export function schemaFaults(document: unknown): string[] {
  const wrong: string[] = []
  grammar(document, 'schema', wrong)
  return wrong
}
