/**
 * Requests made from the declarations: mostly what a client could mean, mixed with what trips programs up. Ids are written
 * as `@Domain:3` (the third domain that there is, counted round) and put in when the request is sent.
 */
import fc from 'fast-check'
import type { FieldType, Fields, MapValueType, Shape, StringFormat } from '../../src/base/fields.ts'
import type { Json, JsonObject } from '../../src/base/json.ts'
import type { ObjectDefinition } from '../../src/registry/schema/object.ts'
import { everyField } from '../../src/registry/values/shapes.ts'

export type Definition = ObjectDefinition<unknown, never>
export type AnyCall = readonly [name: string, args: JsonObject, id: string]

/** Words that trip programs up. */
const WORDS = [
  '__proto__', 'constructor', 'toString', 'hasOwnProperty', '@type', 'id', '', '/', '~', '~2', '~0~1', 'a/b/c', '0', '-1', '#n0', '#n1',
  '#nobody', 'n0', 'n1', 'singleton', 'NaN', 'Infinity', '1e308', '9007199254740993', '\0', '\ud800', '****', 'x'.repeat(3_000),
  'operator', 'AND', '0000000000000', '* * * * *', '61 25 * * *', '@every', '2026-13-40T25:61:61Z', '10000-01-01T00:00:00Z', '6h',
]
const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 8 }))
const scalar = fc.oneof(word, fc.constantFrom<Json>(null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53 + 1))
const { json: anyJson } = fc.letrec<{ json: Json }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true }, scalar, fc.array(tie('json'), { maxLength: 3 }), dictionary(word, tie('json'), 3),
  ),
}))

const CREATION_IDS = ['n0', 'n1', 'n2', '__proto__', 'constructor', '']
const FORMATS: Readonly<Record<StringFormat, readonly string[]>> = {
  string: ['a', 'b', 'jane', 'example.org', 'Europe/Berlin', '*/5 * * * *', 'Ünï', 'x@y', 'd1'],
  text: ['line\nline', ''], html: ['<b>'], secret: ['correct horse', '****'], secretText: ['k'],
  ipAddress: ['192.0.2.1', '::1'], ipNetwork: ['10.0.0.0/8', '::1'], socketAddress: ['127.0.0.1:0', '[::]:25', '0.0.0.0:25'],
  emailAddress: ['jane@example.org'], uri: ['https://example.org/'], color: ['#fff'],
}

/** A value of the type that is in order most of the time. */
function value(type: FieldType | MapValueType): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 40, arbitrary: meant(type) }, { weight: 1, arbitrary: anyJson })
}

function meant(type: FieldType | MapValueType): fc.Arbitrary<Json> {
  switch (type.type) {
    case 'string': return fc.constantFrom(...FORMATS[type.format])
    case 'blobId': return word
    case 'enum': return fc.constantFrom(...type.enum.members.map(member => member.name))
    case 'boolean': return fc.boolean()
    case 'utcDateTime': return fc.constantFrom('2026-12-01T03:00:00Z', '2031-01-01T00:00:00.5+02:00', '2040-01-01')
    case 'objectId': return idOf(type.objectName)
    case 'number': {
      const [min, max] = [type.min ?? 0, type.max ?? 10_000]
      const whole = fc.integer({ min: Math.ceil(min), max: Math.floor(Math.min(max, 2 ** 31 - 1)) })
      return type.format === 'duration' ? fc.oneof(whole, fc.constantFrom<Json>('6h', '1m30s', '0s')) : whole
    }
    case 'object': return body(type.shape)
    case 'objectList': return collection(fc.constantFrom('0', '1', '2', '5'), body(type.shape))
    case 'map': return collection(asKey(type.keyClass), value(type.valueClass))
    case 'set': {
      const member = asKey(type.class)
      return fc.oneof(dictionary(member, fc.constantFrom<Json>(true, false, null), 3), fc.array(member, { maxLength: 3 }))
    }
  }
}

function asKey(type: FieldType): fc.Arbitrary<string> {
  return value(type).map(key => typeof key === 'string' ? key : '')
}

function collection(key: fc.Arbitrary<string>, of: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc.oneof({ weight: 4, arbitrary: dictionary(key, of, 3) }, { weight: 1, arbitrary: fc.array(of, { maxLength: 2 }) })
}

function idOf(objectName: string): fc.Arbitrary<string> {
  const [name = ''] = objectName.split('/')
  return fc.oneof(
    { weight: 15, arbitrary: fc.nat({ max: 20 }).map(nth => `@${name}:${nth}`) },
    { weight: 2, arbitrary: fc.constantFrom(...CREATION_IDS).map(id => `#${id}`) },
    { weight: 1, arbitrary: word },
  )
}

function dictionary(key: fc.Arbitrary<string>, of: fc.Arbitrary<Json>, maxKeys: number): fc.Arbitrary<JsonObject> {
  return fc.dictionary(key, of, { maxKeys }) as fc.Arbitrary<JsonObject>
}

function body(shape: Shape): fc.Arbitrary<JsonObject> {
  const named = shape.kind === 'single'
    ? fieldsBody(shape.fields)
    : fc.oneof(...shape.variants.map(({ name, shape: of }) => fieldsBody(of?.fields ?? {})
      .map(fields => ({ '@type': name, ...fields }))))
  return fc.oneof(
    { weight: 15, arbitrary: named },
    { weight: 1, arbitrary: fc.tuple(named, dictionary(word, anyJson, 2)).map(([fields, more]) => ({ ...fields, ...more })) },
  )
}

/** Without a default, one of these must be sent. */
const REQUIRED: ReadonlySet<string> = new Set(['string', 'number', 'enum', 'objectId', 'utcDateTime', 'blobId'])

/** What clients may set is there most of the time, what the server sets hardly ever. */
function fieldsBody(fields: Fields): fc.Arbitrary<JsonObject> {
  const entries = Object.entries(fields).map(([name, { type, update, nullable, ...field }]) => {
    const isRequired = !nullable && field.default === undefined && REQUIRED.has(type.type)
    const there = update === 'serverSet' ? 1 : isRequired ? 60 : 20
    return fc.oneof(
      { weight: there, arbitrary: value(type).map((of): [string, Json][] => [[name, of]]) },
      { weight: 61 - there, arbitrary: fc.constant<[string, Json][]>([]) },
    )
  })
  return fc.tuple(...entries).map(list => Object.fromEntries(list.flat()))
}

/** One pointer into an object, and what to put there. */
function change(type: FieldType | MapValueType): fc.Arbitrary<[string, Json]> {
  const here = fc.oneof({ weight: 4, arbitrary: value(type) }, { weight: 1, arbitrary: fc.constant(null) })
    .map((of): [string, Json] => ['', of])
  const inside = (key: fc.Arbitrary<string>, of: fc.Arbitrary<[string, Json]>) =>
    fc.tuple(key, of).map(([at, [rest, put]]): [string, Json] => [`/${escaped(at)}${rest}`, put])
  const wild = fc.tuple(word, anyJson).map(([at, put]): [string, Json] => [`/${at}`, put])
  const deeper: fc.Arbitrary<[string, Json]>[] = []
  if (type.type === 'object') deeper.push(propertyChange(type.shape))
  if (type.type === 'set') deeper.push(inside(asKey(type.class), fc.constantFrom<Json>(true, false, null).map(put => ['', put])))
  if (type.type === 'map') deeper.push(inside(asKey(type.keyClass), change(type.valueClass)))
  if (type.type === 'objectList') deeper.push(inside(fc.constantFrom('0', '1', '7'), change({ type: 'object', shape: type.shape })))
  return fc.oneof(
    { weight: 12, arbitrary: here }, { weight: 1, arbitrary: wild }, ...deeper.map(arbitrary => ({ weight: 8, arbitrary })),
  )
}

function propertyChange(shape: Shape): fc.Arbitrary<[string, Json]> {
  const shapes = shape.kind === 'single' ? [shape] : shape.variants.flatMap(variant => variant.shape ?? [])
  const fields = shapes.flatMap(each => Object.entries(each.fields))
  const types = shape.kind === 'single' ? [] : shape.variants.map(({ name }): [string, Json] => ['/@type', name])
  const changes = fields.map(([name, { type, update }]) => ({
    weight: update === 'mutable' ? 8 : 1, arbitrary: change(type).map(([rest, put]): [string, Json] => [`/${name}${rest}`, put]),
  }))
  return fc.oneof(...changes, fc.constantFrom<[string, Json]>(...types, ['/@type', 'constructor']))
}

function patch(shape: Shape): fc.Arbitrary<JsonObject> {
  const pointers = fc.array(propertyChange(shape), { minLength: 1, maxLength: 2 })
    .map(changes => Object.fromEntries(changes.map(([at, put]) => [at.slice(1), put])))
  return fc.oneof({ weight: 15, arbitrary: pointers }, { weight: 1, arbitrary: dictionary(word, anyJson, 3) })
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

function set({ kind, name, shape }: Definition): fc.Arbitrary<JsonObject> {
  const mostly = (arbitrary: fc.Arbitrary<JsonObject>) => fc.oneof({ weight: 20, arbitrary }, { weight: 1, arbitrary: anyJson })
  const creations = dictionary(fc.constantFrom(...CREATION_IDS), mostly(body(shape)), 4)
  const target = kind === 'object'
    ? fc.oneof({ weight: 20, arbitrary: idOf(name) }, { weight: 1, arbitrary: fc.constant('singleton') })
    : fc.oneof({ weight: 20, arbitrary: fc.constant('singleton') }, { weight: 1, arbitrary: word })
  const updates = dictionary(target, mostly(patch(shape)), 3)
  const destroy = fc.array(target, { maxLength: 1 })
  const create = kind === 'object' ? creations : creations.filter(each => Object.keys(each).length < 2)
  return fc.record({ create, update: updates, destroy }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>
}

const SUFFIXES = ['', '', '', 'IsGreaterThan', 'IsGreaterThanOrEqual', 'IsLessThan', 'IsLessThanOrEqual', 'IsNot']

function query({ name, filters, order }: Definition): fc.Arbitrary<JsonObject> {
  const conditions = Object.entries(filters).map(([property, { type }]) =>
    fc.tuple(fc.constantFrom(...SUFFIXES), fc.oneof({ weight: 5, arbitrary: value(type) }, { weight: 1, arbitrary: anyJson }))
      .map(([suffix, of]): JsonObject => ({ [property + suffix]: of })))
  const flat = fc.array(fc.oneof(...conditions, dictionary(word, anyJson, 1)), { maxLength: 3 })
    .map(list => Object.assign({}, ...list) as JsonObject)
  const tree = fc.array(flat, { maxLength: 3 }).map((list): JsonObject => ({ operator: 'AND', conditions: list }))
  const sort = fc.array(
    fc.record({ property: fc.oneof(fc.constantFrom(...order.properties), word), isAscending: fc.boolean() }), { maxLength: 2 },
  )
  return fc.record({
    filter: fc.oneof({ weight: 6, arbitrary: flat }, { weight: 1, arbitrary: tree }, { weight: 1, arbitrary: anyJson }),
    sort: fc.oneof({ weight: 4, arbitrary: sort }, { weight: 1, arbitrary: anyJson }),
    position: fc.oneof(fc.integer({ min: -3, max: 10 }), scalar),
    anchor: idOf(name), anchorOffset: fc.oneof(fc.integer({ min: -3, max: 3 }), scalar),
    limit: fc.oneof(fc.nat({ max: 600 }), scalar), calculateTotal: fc.oneof(fc.boolean(), scalar),
  }, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>
}

const PATHS = [
  '/ids', '/ids/0', '/list/*/id', '/list/0/id', '/created/n0/id', '/list/*/credentials/*', '/ids/*/x', '', '/', 'ids', '/__proto__',
  '/~2', '/list/*/*/*',
]

function get({ name, shape }: Definition, names: readonly string[]): fc.Arbitrary<JsonObject> {
  const property = fc.oneof(fc.constantFrom('id', '@type', ...Object.keys(everyField(shape))), word)
  const properties = fc.oneof(fc.constant(null), fc.array(property, { maxLength: 4 }))
  const ids = fc.oneof(fc.constant(null), fc.array(idOf(name), { maxLength: 4 }), anyJson)
  const reference = fc.record({
    resultOf: fc.constantFrom('0', '1', '2', 'x'), name: fc.oneof(fc.constantFrom(...names), word),
    path: fc.oneof(fc.constantFrom(...PATHS), word),
  })
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ ids, properties }, { requiredKeys: [] }) },
    { weight: 1, arbitrary: fc.record({ '#ids': reference, properties }) },
    { weight: 1, arbitrary: fc.record({ '#ids': anyJson, '#properties': reference }) },
  ) as fc.Arbitrary<JsonObject>
}

/** Calls to any of the objects, numbered from `0`. */
export function anyCalls(definitions: readonly Definition[]): fc.Arbitrary<AnyCall[]> {
  const names = definitions.flatMap(({ name }) => ['get', 'set', 'query'].map(verb => `x:${name}/${verb}`))
  const calls = definitions.flatMap(definition => {
    const named = (verb: string, args: fc.Arbitrary<JsonObject>, weight: number) =>
      ({ weight, arbitrary: args.map((sent): [string, JsonObject] => [`x:${definition.name}/${verb}`, sent]) })
    const writable = definition.verbs.includes('Update')
    return [named('set', set(definition), writable ? 10 : 1), named('query', query(definition), 2), named('get', get(definition, names), 1)]
  })
  return fc.array(fc.oneof(...calls), { minLength: 1, maxLength: 4 })
    .map(list => list.map(([name, args], index): AnyCall => [name, args, String(index)]))
}

/** `value` with the ids of objects that there are, in keys too. */
export function withIds(sent: Json, ids: ReadonlyMap<string, readonly string[]>): Json {
  if (typeof sent === 'string') return sent.replace(/@([A-Za-z]+):(\d+)/, (text, name: string, nth: string) => {
    const known = ids.get(name) ?? []
    return known[Number(nth) % known.length] ?? text
  })
  if (Array.isArray(sent)) return sent.map((item: Json) => withIds(item, ids))
  if (typeof sent !== 'object' || sent === null) return sent
  return Object.fromEntries(Object.entries(sent).map(([key, of]) => [withIds(key, ids) as string, withIds(of, ids)]))
}
