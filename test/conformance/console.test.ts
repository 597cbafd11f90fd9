/**
 * A web console: it sends what its forms and tables make of the schema, always nine capabilities, always an accountId,
 * and looks at few members of a reply but at those very closely.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { eventually, ADMIN_PASSWORD } from '../support/server.ts'
import { NodeProcess } from '../support/node-process.ts'
import { setFaults } from './set-faults.ts'
import { basic, CONSOLE_USING, header, json, member, Wire } from './wire.ts'

suite('a web console', () => {
  let node: NodeProcess
  let ui: Wire
  let accountId: string
  before(async () => {
    node = await NodeProcess.start()
    ui = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD), '/jmap/', CONSOLE_USING)
    accountId = String(Object.values(member(json(await ui.get('/jmap/session')), 'primaryAccounts'))[0])
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const set = async (object: string, args: JsonObject): Promise<JsonObject> => {
    const reply = await ui.call(`x:${object}/set`, { accountId, ...args })
    assert.deepEqual(setFaults(reply), [])
    return reply
  }
  const create = async (object: string, body: JsonObject): Promise<string> => {
    const created = member(await set(object, { create: { 'new-0': body } }), 'created', 'new-0')
    assert.deepEqual(Object.keys(created), ['id'], 'everything else opens a dialogue')
    return String(created['id'])
  }
  /** As the table does: ids and rows in one request. */
  const page = async (object: string, args: JsonObject, properties: readonly string[] = ['id']) => {
    const { responses: [query, rows] } = await ui.jmap([
      [`x:${object}/query`, { accountId, ...args }, '0'],
      [`x:${object}/get`,
        { accountId, '#ids': { resultOf: '0', name: `x:${object}/query`, path: '/ids' }, properties }, '1'],
    ])
    assert.equal(query?.[0], `x:${object}/query`, JSON.stringify(query))
    return { ...query[1], rows: rows?.[1]['list'] as JsonObject[] } as JsonObject & { readonly rows: JsonObject[] }
  }
  const save = async (object: string, id: string, patch: JsonObject): Promise<void> => {
    assert.deepEqual((await set(object, { update: { [id]: patch } }))['updated'], { [id]: null })
  }
  const read = async (object: string, id: string, properties: readonly string[] | null = null): Promise<JsonObject> => {
    const { list: [found] } = await ui.call(`x:${object}/get`, { accountId, ids: [id], properties }) as { list: readonly JsonObject[] }
    assert.ok(found, `${object} ${id} is not there`)
    return found
  }

  suite('begins', () => {
    test('with session, schema and account in parallel', async () => {
      const [session, redirect, account] = await Promise.all(['/jmap/session', '/api/schema', '/api/account'].map(path => ui.get(path)))
      assert.ok(session && redirect && account)
      const told = json(session)
      for (const name of ['accounts', 'primaryAccounts']) assert.ok(Object.keys(member(told, name)).length > 0, name)
      assert.deepEqual(Object.values(member(told, 'accounts')).map(each => (each as JsonObject)['isPersonal']), [true])
      const schema = json(await ui.get(header(redirect, 'location') ?? '', { 'Accept-Encoding': 'gzip' }))
      for (const name of ['lists', 'forms', 'layouts']) assert.ok(Object.keys(schema[name] as object).length > 0, name)
      const { permissions, edition, locale } = json(account)
      assert.equal(edition, 'oss')
      assert.match(String(locale), /^[a-z]{2}_[A-Z]{2}$/)
      assert.ok(Array.isArray(permissions) && permissions.includes('sysTaskQuery'))
      const senseless = ['sysClusterNodeCreate', 'sysClusterNodeDestroy', 'sysTaskManagerCreate', 'sysTaskManagerDestroy']
      assert.deepEqual(senseless.filter(name => permissions.includes(name)), [], 'a button for what nobody can do')
    })

    test('has a list and a form for every object in the menu, and a permission that opens it', async () => {
      const schema = json(await ui.get(header(await ui.get('/api/schema'), 'location') ?? ''))
      const { permissions } = json(await ui.get('/api/account')) as { permissions: string[] }
      const views = [...JSON.stringify(schema['layouts']).matchAll(/"viewName":"([^"]+)"/g)].map(([, name]) => name ?? '')
      assert.ok(views.length > 0)
      for (const view of views) {
        const object = member(schema, 'objects', view)
        const parent = object['type'] === 'view' ? member(schema, 'objects', String(object['objectName'])) : object
        assert.ok(permissions.includes(`${String(parent['permissionPrefix'])}Get`), `${view} is hidden from everybody`)
        if (parent['type'] === 'object') member(schema, 'lists', view)
      }
    })

    test('the paths of the API are no pages', async () => {
      for (const path of ['/api/nonsense', '/jmap/nonsense', '/auth/nonsense', '/logo']) {
        const reply = await ui.get(path)
        assert.deepEqual([reply.status, header(reply, 'content-type')], [404, 'application/problem+json'], path)
      }
    })
  })

  suite('lists', () => {
    test('show pages of 25 with a total, forwards and backwards', async () => {
      const body = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`n${at}`, { name: `list-${at}` }]))
      await set('ClusterRole', { create: body })
      const properties = ['id', 'name']
      const first = await page('ClusterRole', { limit: 25, position: 0, calculateTotal: true }, properties)
      assert.deepEqual([first.rows.length, first['total'], first['limit']], [25, 60, undefined])
      const next = await page('ClusterRole', { limit: 25, anchor: first.rows.at(-1)?.['id'] ?? '', anchorOffset: 1 }, properties)
      const last = await page('ClusterRole', { limit: 25, anchor: next.rows.at(-1)?.['id'] ?? '', anchorOffset: 1 }, properties)
      assert.equal(last.rows.length, 10)
      const back = await page('ClusterRole', { limit: 25, anchor: next.rows[0]?.['id'] ?? '', anchorOffset: 0 }, properties)
      assert.deepEqual(back.rows, next.rows)
      const names = [first, next, last].flatMap(({ rows }) => rows.map(({ name }) => name))
      assert.equal(new Set(names).size, 60)
    })

    test('without a limit tell where they were cut, and go on from there', async () => {
      const body = Object.fromEntries(Array.from({ length: 450 }, (_, at) => [`n${at}`, { name: `many-${at}` }]))
      await set('ClusterRole', { create: body })
      const first = await page('ClusterRole', {})
      assert.deepEqual([first.rows.length, first['limit']], [500, 500])
      const rest = await page('ClusterRole', { anchor: first.rows.at(-1)?.['id'] ?? '', anchorOffset: 1 })
      assert.deepEqual([rest['limit'], rest.rows.length], [undefined, 10])
      await set('ClusterRole', { destroy: first.rows.map(({ id }) => String(id)) })
    })

    test('start again when the row that they hung on was removed', async () => {
      const ids = await Promise.all(['x', 'y'].map(name => create('ClusterRole', { name: `gone-${name}` })))
      await set('ClusterRole', { destroy: [ids[1] ?? ''] })
      const after = await page('ClusterRole', { limit: 25, anchor: ids[1] ?? '', anchorOffset: 0 })
      assert.ok(after.rows.some(({ id }) => id === ids[0]))
    })

    test('of a view carry its filter, and days are ranges', async () => {
      const accountIdOfMail = await mailAccount()
      const task = { '@type': 'IndexDocument', accountId: accountIdOfMail, documentId: 'm1', documentType: 'email' }
      const id = await create('Task', { ...task, status: { '@type': 'Failed', failureReason: 'by hand' } })
      const due = '2998-03-04T23:59:59Z'
      const later = await create('Task', { ...task, documentId: 'm2', status: { '@type': 'Pending', due } })
      const failed = await page('Task', { filter: { status: 'Failed' }, limit: 25, position: 0, calculateTotal: true }, ['id', '@type', 'status'])
      assert.deepEqual(failed.rows.map(row => [row['id'], member(row, 'status')['@type']]), [[id, 'Failed']])
      const day = await page('Task',
        { filter: { dueIsGreaterThanOrEqual: '2998-03-04T00:00:00Z', dueIsLessThan: '2998-03-05T00:00:00Z' }, limit: 25 })
      assert.deepEqual(day.rows.map(row => row['id']), [later])
      await set('Task', { destroy: [id, later] })
    })

    test('pickers fetch all names', async () => {
      const { rows } = await page('NetworkListener', {}, ['id', 'name'])
      assert.deepEqual(rows.map(({ name }) => String(name)).toSorted(), ['http', 'lmtp', 'smtp'])
    })
  })

  suite('forms', () => {
    test('ask for the properties of all variants, and get those of this one', async () => {
      const task = { '@type': 'IndexDocument', accountId: await mailAccount(), documentId: 'm1', documentType: 'email',
        status: { '@type': 'Pending', due: '2999-01-01T00:00:00.000Z' } }
      const id = await create('Task', task)
      const found = await read('Task', id, ['@type', 'accountId', 'documentId', 'domainId', 'maintenanceType', 'status', 'due', 'traceId'])
      assert.deepEqual(Object.keys(found).toSorted(), ['@type', 'accountId', 'documentId', 'due', 'id', 'status'])
      assert.equal(found['due'], '2999-01-01T00:00:00Z')
      await save('Task', id, { 'status/due': '2999-05-01T03:00:00.000Z' })
      assert.equal((await read('Task', id))['due'], '2999-05-01T03:00:00Z')
      await set('Task', { destroy: [id] })
    })

    test('of a new task may leave out status and due: it runs now', async () => {
      const accountIdOfMail = await mailAccount()
      for (const status of [undefined, { '@type': 'Pending' }]) {
        const id = await create('Task', { '@type': 'IndexDocument', accountId: accountIdOfMail, documentId: `m-${String(status)}`,
          documentType: 'email', ...(status === undefined ? {} : { status }) })
        await gone(id)
      }
    })

    test('"Create" on the list of failed tasks sends its filter along, and does no harm', async () => {
      const body = { '@type': 'IndexDocument', accountId: await mailAccount(), documentId: 'm', documentType: 'email', status: 'Failed' }
      const reply = await set('Task', { create: { 'new-0': body } })
      const refused = reply['notCreated'] === undefined ? null : member(reply, 'notCreated', 'new-0')
      if (refused === null) await gone(String(member(reply, 'created', 'new-0')['id']))
      else assert.deepEqual([refused['type'], refused['properties']], ['invalidPatch', ['status']])
    })

    test('"retry now" is a status without a date', async () => {
      const task = { '@type': 'IndexDocument', accountId: await mailAccount(), documentId: 'm3', documentType: 'email' }
      const id = await create('Task', { ...task, status: { '@type': 'Failed', failureReason: 'parked' } })
      await save('Task', id, { status: { '@type': 'Pending' } })
      await gone(id)
    })

    test('of a new role and a new listener send the defaults of the schema', async () => {
      const schema = json(await ui.get(header(await ui.get('/api/schema'), 'location') ?? ''))
      const defaults = member(schema, 'fields', 'x:NetworkListener', 'defaults')
      const listener = await create('NetworkListener', { ...defaults, name: 'from-defaults', protocol: 'smtp', bind: { '127.0.0.1:0': true } })
      const role = await create('ClusterRole',
        { name: 'from-defaults', listeners: { '@type': 'EnableAll' }, tasks: { '@type': 'EnableAll' } })
      await save('NetworkListener', listener, { 'bind/127.0.0.1:0': null, 'bind/[::1]:0': true })
      assert.deepEqual((await read('NetworkListener', listener))['bind'], { '[::1]:0': true })
      assert.equal((await read('NetworkListener', listener))['tlsImplicit'], false)
      assert.deepEqual((await set('ClusterRole', { destroy: [role] }))['destroyed'], [role])
      assert.deepEqual((await set('NetworkListener', { destroy: [listener] }))['destroyed'], [listener])
    })

    test('of the task manager change the strategy as a whole, and read it again', async () => {
      await save('TaskManager', 'singleton', { strategy: { '@type': 'FixedDelay', delay: 300_000 } })
      assert.deepEqual((await read('TaskManager', 'singleton', ['strategy']))['strategy'], { '@type': 'FixedDelay', delay: 300_000 })
      await save('TaskManager', 'singleton', { strategy: { '@type': 'ExponentialBackoff' } })
      assert.equal(member(await read('TaskManager', 'singleton'), 'strategy')['initialDelay'], 60_000)
    })

    test('of a node are there to be read', async () => {
      const { rows: [own] } = await page('ClusterNode', { limit: 25, position: 0, calculateTotal: true }, ['nodeId', 'hostname', 'lastRenewal', 'status'])
      assert.deepEqual([own?.['hostname'], own?.['status']], ['test-node', 'active'])
      const id = String(own?.['id'])
      const refused = async (part: string, change: JsonObject) => member(await set('ClusterNode', change), part, id)['type']
      assert.equal(await refused('notUpdated', { update: { [id]: { hostname: 'mine' } } }), 'invalidPatch')
      assert.equal(await refused('notDestroyed', { destroy: [id] }), 'forbidden')
    })

    test('bulk removal is one call, and says of each what became of it', async () => {
      const ids = await Promise.all(['p', 'q', 'r'].map(name => create('ClusterRole', { name: `bulk-${name}` })))
      const reply = await set('ClusterRole', { destroy: [...ids, 'nobody'] })
      assert.deepEqual(reply['destroyed'], ids)
      assert.equal(member(reply, 'notDestroyed', 'nobody')['type'], 'notFound')
    })
  })

  /** A task for a message that is not there: done at once. */
  async function gone(id: string): Promise<void> {
    await eventually(async () => {
      const { notFound } = await ui.call('x:Task/get', { accountId, ids: [id], properties: ['id'] }) as { notFound: string[] }
      return notFound.includes(id)
    }, `task ${id} is done`)
  }

  let accounts = 0
  async function mailAccount(): Promise<string> {
    const domainId = await create('Domain', { name: `u${++accounts}.example` })
    return create('Account', { '@type': 'User', name: 'jane', domainId })
  }
})
