/**
 * What the schema says that one can do, done: a console has nothing but the schema to go by, and shows an empty list when a
 * list, a filter, a label or a default of it is refused.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'
import { setFaults } from './set-faults.ts'
import { basic, CONSOLE_USING, header, json, member, rows, Wire, type Call } from './wire.ts'

const DAY = '2026-11-21T00:00:00Z'
const DAY_AFTER = '2026-11-22T00:00:00Z'
const ID = /^[A-Za-z0-9_-]+$/
/** Parts of addresses in a console. */
const WORDS = ['new', 'singleton']

interface Filter { readonly type: string; readonly field: string; readonly label: string; readonly enumName?: string }
interface List {
  readonly columns: readonly { readonly name: string }[]
  readonly labelProperty?: string
  readonly filters?: readonly Filter[]
  readonly filtersStatic?: JsonObject
}

suite('the schema keeps its promises', () => {
  let node: NodeProcess
  let ui: Wire
  let schema: JsonObject
  before(async () => {
    node = await NodeProcess.start()
    ui = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD), '/jmap/', CONSOLE_USING)
    schema = json(await ui.get(await location()))
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const location = async (): Promise<string> => header(await ui.get('/api/schema'), 'location') ?? ''
  const part = (name: string): readonly (readonly [string, JsonObject])[] =>
    Object.entries(member(schema, name)).map(([key, value]) => [key, value as JsonObject] as const)
  /** The object that has the methods: a view has none of its own. */
  const methodsOf = (name: string): string => {
    const object = member(schema, 'objects', name)
    return object['type'] === 'view' ? String(object['objectName']) : name
  }
  /** Over all variants. */
  const propertiesOf = (object: string): JsonObject => {
    const shape = member(schema, 'schemas', object)
    const names = shape['type'] === 'single' ? [shape] : shape['variants'] as readonly JsonObject[]
    return Object.assign({}, ...names.filter(each => each['schemaName'] !== undefined)
      .map(each => member(schema, 'fields', String(each['schemaName']), 'properties'))) as JsonObject
  }
  const lists = (): readonly (readonly [string, string, List])[] =>
    part('lists').map(([name, list]) => [name, methodsOf(name), list as unknown as List] as const)

  test('nothing in it is for another edition', () => {
    const text = JSON.stringify(schema)
    assert.doesNotMatch(text, /"enterprise":true/)
    assert.deepEqual(schema['dashboards'], [])
  })

  test('it has the same name as long as it is the same, whatever objects there are', async () => {
    const before = await location()
    await ui.call('x:ClusterRole/set', { create: { 'new-0': { name: 'another' } } })
    assert.equal(await location(), before)
  })

  test('each list opens as a console opens it: ids, total and rows in one request', async () => {
    for (const [name, object, { columns, filtersStatic = {} }] of lists()) {
      const { responses: [query, read] } = await ui.jmap([
        [`${object}/query`, { filter: filtersStatic, limit: 25, position: 0, calculateTotal: true }, '0'],
        [`${object}/get`, { '#ids': { resultOf: '0', name: `${object}/query`, path: '/ids' },
          properties: ['id', ...columns.map(column => column.name)] }, '1'],
      ])
      assert.equal(query?.[0], `${object}/query`, `${name}: ${JSON.stringify(query)}`)
      assert.equal(read?.[0], `${object}/get`, `${name}: ${JSON.stringify(read)}`)
      const ids = query[1]['ids'] as string[]
      assert.ok(Number(query[1]['total']) >= ids.length, name)
      assert.deepEqual(rows(read[1]).map(row => row['id']), ids, name)
      for (const id of ids) assert.ok(ID.test(id) && !WORDS.includes(id), `${name}: ${id}`)
    }
  })

  test('each column, field of a form and default is a property', () => {
    for (const [name, object, { columns }] of lists()) {
      const known = ['@type', ...Object.keys(propertiesOf(object))]
      assert.deepEqual(columns.map(column => column.name).filter(column => !known.includes(column)), [], name)
    }
    for (const [name, { sections }] of part('forms')) {
      // Of an object, a view, an embedded shape, or one of several variants.
      const shape = Object.hasOwn(member(schema, 'objects'), name) ? methodsOf(name) : name
      const known = Object.keys(propertiesOf(shape))
      const shown = (sections as readonly JsonObject[]).flatMap(({ fields }) => fields as readonly JsonObject[])
      assert.deepEqual(shown.map(field => String(field['name'])).filter(each => each !== '@type' && !known.includes(each)), [], name)
    }
    for (const [name, { properties, defaults = {} }] of part('fields')) {
      const known = Object.keys(properties as JsonObject)
      assert.deepEqual(Object.keys(defaults as JsonObject).filter(each => !known.includes(each)), [], name)
    }
  })

  test('each filter of each list is understood with the values that its input gives', async () => {
    for (const [name, object, { filters = [], filtersStatic = {} }] of lists()) {
      for (const filter of filters) {
        for (const conditions of conditionsOf(filter)) {
          const together = { ...filtersStatic, ...conditions }
          const reply = await ui.call(`${object}/query`, { filter: together, limit: 25, position: 0, calculateTotal: true })
          assert.ok(Array.isArray(reply['ids']), name)
        }
      }
    }
  })

  function conditionsOf({ type, field, label, enumName }: Filter): readonly JsonObject[] {
    switch (type) {
      // There is no input for yes and no; the label says what to write.
      case 'text': return label.endsWith('(true or false)') ? [{ [field]: 'true' }, { [field]: 'false' }] : [{ [field]: 'x' }]
      // A number input has a text.
      case 'integer': return [{ [field]: '5' }, { [`${field}IsGreaterThan`]: '5' }]
      case 'objectId': return [{ [field]: 'nobody' }]
      case 'enum': {
        const variants = member(schema, 'enums')[enumName ?? ''] as readonly JsonObject[]
        return variants.map(({ name }) => ({ [field]: name ?? null }))
      }
      case 'date': return [
        { [field]: DAY }, { [`${field}IsGreaterThan`]: DAY }, { [`${field}IsLessThanOrEqual`]: DAY },
        { [`${field}IsGreaterThanOrEqual`]: DAY, [`${field}IsLessThan`]: DAY_AFTER },
      ]
      default: throw new Error(`a filter of type ${type}`)
    }
  }

  test('what a reference shows can be read of every object that is referred to', async () => {
    const references = JSON.stringify(schema['fields']).matchAll(/"type":"objectId","objectName":"([^"]+)"/g)
    const named = new Set(Array.from(references, ([, name]) => name ?? ''))
    assert.ok(named.size > 0)
    for (const name of named) {
      const list = lists().find(([each]) => each === name) ?? lists().find(([each]) => each === methodsOf(name))
      // Objects of other servers that tasks can name: they have no list, and their field is not shown.
      if (list === undefined) continue
      const [, object, { labelProperty, columns: [first] }] = list
      const label = labelProperty ?? first?.name ?? ''
      assert.ok(Object.hasOwn(propertiesOf(object), label) || label === '@type', `${name}: ${label}`)
      const found = await ui.call(`${object}/get`, { ids: null, properties: [label] })
      for (const row of rows(found)) assert.ok(Object.hasOwn(row, label), `${name}: ${JSON.stringify(row)}`)
    }
    for (const object of ['x:NetworkListener', 'x:ClusterRole', 'x:ClusterNode', 'x:Domain', 'x:Tenant']) {
      assert.equal(typeof member(schema, 'lists', object)['labelProperty'], 'string', object)
    }
  })

  test('each singleton is read under its one id, all at once', async () => {
    const singletons = part('objects').filter(([, { type }]) => type === 'singleton').map(([name]) => name)
    assert.ok(singletons.includes('x:TaskManager'))
    const calls = singletons.map((name, at): Call =>
      [`${name}/get`, { ids: ['singleton'], properties: Object.keys(propertiesOf(name)) }, `${at}`])
    const { responses } = await ui.jmap(calls)
    for (const [at, name] of singletons.entries()) {
      const [row] = rows(responses[at]?.[1])
      assert.deepEqual(Object.keys(row ?? {}).toSorted(), ['id', ...Object.keys(propertiesOf(name))].toSorted(), name)
      assert.equal((await ui.refusal(`${name}/query`, {}))['type'], 'unknownMethod')
    }
  })

  test('each kind of task that its picker offers is made, or refused with a reason', async () => {
    const variants = (member(schema, 'schemas', 'x:Task')['variants'] as readonly JsonObject[]).map(({ name }) => String(name))
    assert.ok(variants.includes('IndexDocument'))
    for (const variant of variants) {
      const body = { '@type': variant, status: { '@type': 'Pending', due: '2999-01-01T00:00:00.000Z' } }
      const reply = await ui.call('x:Task/set', { create: { 'new-0': body } })
      assert.deepEqual(setFaults(reply), [])
      if (reply['created'] !== undefined && Object.hasOwn(reply['created'] as JsonObject, 'new-0')) {
        await ui.call('x:Task/set', { destroy: [String(member(reply, 'created', 'new-0')['id'])] })
        continue
      }
      const { type, description, validationErrors }: JsonObject = member(reply, 'notCreated', 'new-0')
      const reason = type === 'forbidden' ? description : type === 'validationFailed' ? validationErrors : undefined
      assert.ok(reason !== undefined && JSON.stringify(reason).length > 2, `${variant}: ${JSON.stringify(reply)}`)
    }
  })

  test('what it calls immutable or set by the server is not changed, and named', async () => {
    const body = { name: 'fixed', protocol: 'smtp', bind: { '127.0.0.1:0': true } }
    const made = await ui.call('x:NetworkListener/set', { create: { 'new-0': body } })
    const id = String(member(made, 'created', 'new-0')['id'])
    const properties = propertiesOf('x:NetworkListener')
    const fixed = Object.keys(properties).filter(name => member(properties, name)['update'] === 'immutable')
    assert.ok(fixed.length > 0)
    for (const name of fixed) {
      const reply = await ui.call('x:NetworkListener/set', { update: { [id]: { [name]: 'lmtp' } } })
      assert.deepEqual(setFaults(reply), [])
      const refused = member(reply, 'notUpdated', id)
      assert.deepEqual([refused['type'], refused['properties']], ['invalidPatch', [name]])
    }
    const key = await ui.call('x:ApiKey/set', { create: { 'new-0': { description: 'x', createdAt: DAY } } })
    const refused = member(key, 'notCreated', 'new-0')
    assert.deepEqual([refused['type'], refused['properties']], ['invalidPatch', ['createdAt']])
  })
})
