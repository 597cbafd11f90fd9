/**
 * get, query, create, update, delete and describe, from words on the command line to calls on a socket and
 * back.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { CliOptions, Ran } from '../../../test/support/cli.ts'
import { runCli } from '../../../test/support/cli.ts'
import { JmapServer } from '../../../test/support/jmap-server.ts'

const OBJECTS: Readonly<Record<string, readonly JsonObject[]>> = {
  'x:Task': [
    { id: 't1', '@type': 'IndexDocument', accountId: 'a1', documentId: 'd1', documentType: 'email', due: '2026-01-01T00:03:00Z',
      status: { '@type': 'Pending', due: '2026-01-01T00:03:00Z' } },
    { id: 't2', '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', shardIndex: null, due: null,
      status: { '@type': 'Failed', failedAt: '2025-12-31T22:00:00Z', failureReason: 'disk\nfull' } },
  ],
  'x:Account': [{ id: 'a1', '@type': 'User', name: 'alice' }],
  'x:TaskManager': [{ id: 'singleton', maxAttempts: 3, strategy: { '@type': 'FixedDelay', delay: 60_000 }, totalDeadline: 21_600_000 }],
  'x:NetworkListener': [{ id: 'l1', name: 'smtp', bind: { '[::]:25': true, '0.0.0.0:25': true } }],
  'x:ClusterRole': [{ id: 'r1', name: 'edge', listenerIds: { l1: true, gone: true } }],
}

let server: JmapServer
beforeEach(async () => { server = await JmapServer.start({ objects: OBJECTS, objectsMax: 2 }) })
afterEach(async () => { await server.stop() })

const rota = (words: readonly string[], options: CliOptions = {}): Promise<Ran> => runCli(words, { server, ...options })
const lines = (text: string): string[] => text.split('\n').filter(line => line !== '')
const json = (text: string): Json[] => lines(text).map(line => JSON.parse(line) as Json)
const lastSet = (object: string): JsonObject | undefined => server.argsOf(`${object}/set`).at(-1)

suite('get', () => {
  test('shows every field, times with their distance, ids with their labels', async () => {
    const { code, stdout, stderr } = await rota(['get', 'task', 't1'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(lines(stdout), [
      'id            t1', '@type         IndexDocument', 'accountId     a1 (alice)', 'due           2026-01-01T00:03:00Z (in 3m)',
      'status        Pending', 'status/due    2026-01-01T00:03:00Z (in 3m)', 'documentId    d1', 'documentType  email',
    ])
  })
  test('a singleton needs no id, in any spelling', async () => {
    for (const name of ['task-manager', 'task_manager', 'TASKMANAGER', 'x:TaskManager']) {
      const { code, stdout } = await rota(['get', name])
      assert.equal(code, 0)
      assert.match(stdout, /^totalDeadline +6h$/m)
    }
  })
  test('--json gives the object as it came, --fields a part of it', async () => {
    const all = await rota(['get', 'task-manager', '--json'])
    assert.deepEqual(json(all.stdout), OBJECTS['x:TaskManager'])
    const part = await rota(['--json', 'get', 'TaskManager', '--fields', 'MAX-ATTEMPTS'])
    assert.deepEqual(json(part.stdout), [{ id: 'singleton', maxAttempts: 3 }])
  })
  test('an unknown id is exit code 5, after what was found', async () => {
    const { code, stdout, stderr } = await rota(['get', 'task', 't2', 'nope', '--json'])
    assert.equal(code, 5)
    assert.deepEqual(json(stdout), [OBJECTS['x:Task']?.[1]])
    assert.deepEqual(json(stderr), [{ error: { type: 'notFound', exitCode: 5, message: 'there is no Task nope' } }])
  })
  test('wrong words are exit code 2, with what was meant', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['get', 'taks', 't1'], /there is no object taks \(did you mean Task\?\)/],
      [['get', 'task'], /which Task\? \(give its id; `rota query Task` lists them\)/],
      [['get', 'task-manager', 'other'], /there is only one TaskManager \(leave the id out\)/],
      [['get', 'task', 't1', '--fields', 'duee'], /Task has no field duee \(did you mean due\?\)/],
      [['get', 'task/IndexDocument', 't1'], /only create and describe take a variant \(use Task\)/],
    ]
    for (const [words, message] of cases) {
      const { code, stderr, stdout } = await rota(words)
      assert.equal(code, 2, words.join(' '))
      assert.match(stderr, message)
      assert.equal(stdout, '')
    }
  })
  test('a method that is refused is exit code 1', async () => {
    server.forbidden.add('x:Task/get')
    const { code, stderr } = await rota(['get', 'task', 't1'])
    assert.equal(code, 1)
    assert.match(stderr, /x:Task\/get: forbidden: the permission is missing \(the login lacks the permission/)
  })
})

suite('query', () => {
  test('a table with the columns of the list', async () => {
    const { code, stdout } = await rota(['query', 'tasks'])
    assert.equal(code, 0)
    assert.deepEqual(lines(stdout), [
      'ID  KIND              DUE    STATUS   ACCOUNT', 't1  IndexDocument     in 3m  Pending  alice',
      't2  StoreMaintenance  -      Failed   -',
    ])
  })
  test('references in sets have labels, unknown ones stay ids', async () => {
    assert.deepEqual(lines((await rota(['query', 'roles'])).stdout), ['ID  NAME  LISTENERS', 'r1  edge  smtp, gone'])
  })
  test('conditions, fields and order reach the server', async () => {
    const { code, stdout } = await rota(['query', 'task', '--where', 'status=failed', '--where', 'due<=+1h', '--fields', 'status',
      '--sort', '-due', '--json'])
    assert.deepEqual([code, stdout], [0, ''])
    assert.deepEqual(server.argsOf('x:Task/query'), [{
      filter: { status: 'Failed', dueIsLessThanOrEqual: '2026-01-01T01:00:00Z' }, sort: [{ property: 'due', isAscending: false }],
      limit: 2, position: 0,
    }])
    assert.deepEqual(server.argsOf('x:Task/get')[0]?.['properties'], ['status', 'due'])
  })
  test('a name that only the server can judge is passed on', async () => {
    await rota(['query', 'task', '--sort', 'createdAt'])
    assert.deepEqual(server.argsOf('x:Task/query')[0]?.['sort'], [{ property: 'createdAt', isAscending: true }])
  })
  test('--json gives every row of every page', async () => {
    for (let index = 0; index < 5; index++) server.table('x:Policy').set(`p${index}`, { id: `p${index}`, name: 'n' })
    const { stdout } = await rota(['query', 'policies', '--json'])
    assert.deepEqual(json(stdout).map(row => (row as JsonObject)['id']), ['p0', 'p1', 'p2', 'p3', 'p4'])
  })
  test('--limit cuts, and the table says so', async () => {
    const { stdout, stderr } = await rota(['query', 'task', '--limit', '1'])
    assert.equal(lines(stdout).length, 2)
    assert.match(stderr, /^1 of 2 shown; --limit shows more$/m)
  })
  test('nothing found is no error', async () => {
    const { code, stdout, stderr } = await rota(['query', 'task', '--where', 'status=retry'])
    assert.deepEqual([code, stdout, stderr], [0, '', 'no tasks found\n'])
  })
  test('labels that may not be read leave the ids', async () => {
    server.forbidden.add('x:Account/get')
    assert.match((await rota(['query', 'task'])).stdout, /Pending {2}a1$/m)
  })
  test('refusals', async () => {
    assert.match((await rota(['query', 'task-manager'])).stderr, /there is only one TaskManager/)
    assert.match((await rota(['query', 'task', '--limit', '0'])).stderr, /--limit 0: not valid/)
    assert.match((await rota(['query', 'task', '--where', 'statsu=Failed'])).stderr, /did you mean status\?/)
  })
})

suite('create', () => {
  test('sends the variant in the schema\'s spelling and prints the id', async () => {
    const { code, stdout } = await rota(['create', 'task/index-document', '--field', 'documentId=d9', '--field', 'accountId=a1',
      '--field', 'document-type=EMAIL', '--field', 'status/due=+10m'])
    assert.deepEqual([code, stdout], [0, 'Created Task new1\n'])
    assert.deepEqual(lastSet('x:Task'), { create: { n0: {
      '@type': 'IndexDocument', documentId: 'd9', accountId: 'a1', documentType: 'email',
      status: { '@type': 'Pending', due: '2026-01-01T00:10:00Z' },
    } } })
  })
  test('what the server shows only once is printed', async () => {
    server.createdExtras = { secret: 'app-123' }
    assert.equal((await rota(['create', 'account/user', '--field', 'name=bob'])).stdout, 'Created Account new1\nsecret: app-123\n')
    assert.deepEqual(json((await rota(['create', 'account/user', '--field', 'name=eve', '--json'])).stdout),
      [{ id: 'new2', secret: 'app-123' }])
  })
  suite('from files', () => {
    let folder: string
    before(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-cli-')) })
    after(async () => { await rm(folder, { recursive: true }) })
    test('a body from a file, with a field laid over it', async () => {
      const file = join(folder, 'body.json')
      await writeFile(file, '{"@type":"StoreMaintenance","maintenanceType":"purgeData","shardIndex":1}')
      assert.equal((await rota(['create', 'task', '--file', file, '--field', 'shardIndex=2'])).code, 0)
      assert.deepEqual(lastSet('x:Task'),
        { create: { n0: { '@type': 'StoreMaintenance', maintenanceType: 'purgeData', shardIndex: 2 } } })
    })
    test('a body from stdin', async () => {
      assert.equal((await rota(['create', 'policy', '--stdin'], { stdin: '{"name":"n"}' })).code, 0)
      assert.deepEqual(lastSet('x:Policy'), { create: { n0: { name: 'n' } } })
    })
    test('no file, no JSON, no object', async () => {
      assert.match((await rota(['create', 'policy', '--file', join(folder, 'none')])).stderr, /--file: ENOENT/)
      assert.match((await rota(['create', 'policy', '--stdin'], { stdin: '{' })).stderr, /stdin: it is not JSON/)
      assert.match((await rota(['create', 'policy', '--stdin'], { stdin: '[]' })).stderr, /it is not one JSON object/)
      assert.equal(server.argsOf('x:Policy/set').length, 0)
    })
  })
  test('a refusal names the field and what it may be', async () => {
    const cases: readonly (readonly [JsonObject, RegExp])[] = [
      [{ type: 'validationFailed', validationErrors: [{ type: 'Required', property: 'documentType' }] },
        /Task not created: documentType is required \(email \| calendar \| contacts\)/],
      [{ type: 'validationFailed', validationErrors: [{ type: 'MaxLength', property: 'documentId', required: 9 }] },
        /documentId takes at most 9/],
      [{ type: 'invalidPatch', properties: ['due'], description: 'set by the server' }, /due: set by the server/],
      [{ type: 'invalidForeignKey', properties: ['accountId'], objectId: { object: 'Account', id: 'zz' } },
        /accountId: it refers to an object that does not exist; there is no Account zz/],
      [{ type: 'primaryKeyViolation', properties: ['name'], objectId: { object: 'Task', id: 't7' } },
        /name: another one has this value; taken by Task t7/],
      [{ type: 'forbidden', description: 'this work is not built yet' }, /this work is not built yet/],
      [{ type: 'forbidden' }, /Task not created: not allowed/],
    ]
    for (const [error, message] of cases) {
      server.refuse = () => error
      const { code, stderr, stdout } = await rota(['create', 'task/index-document'])
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, message)
    }
  })
  test('a singleton cannot be created', async () => {
    assert.match((await rota(['create', 'task-manager'])).stderr, /TaskManager always exists \(use `rota update TaskManager`\)/)
  })
})

suite('update', () => {
  test('a singleton, by whole values and pointers', async () => {
    const { code, stdout } = await rota(['update', 'task-manager', '--field', 'max-attempts=5', '--field', 'strategy/delay=5m'])
    assert.deepEqual([code, stdout], [0, 'Updated TaskManager\n'])
    assert.deepEqual(lastSet('x:TaskManager'), { update: { singleton: { maxAttempts: 5, 'strategy/delay': 300_000 } } })
  })
  test('several objects at once, each with its outcome', async () => {
    const { code, stdout, stderr } = await rota(['update', 'task', 't1', 'zz', 't2', '--field', 'status=Pending'])
    assert.equal(code, 5)
    assert.equal(stdout, 'Updated Task t1\nUpdated Task t2\n')
    assert.equal(stderr, 'Task zz: there is no Task with this id\n2 updated, 1 refused\n')
  })
  test('what get --json printed can be sent back', async () => {
    const { stdout } = await rota(['get', 'task-manager', '--json'])
    const { code } = await rota(['update', 'task-manager', '--stdin'], { stdin: stdout.replace('"maxAttempts":3', '"maxAttempts":4') })
    assert.equal(code, 0)
    assert.equal(server.table('x:TaskManager').get('singleton')?.['maxAttempts'], 4)
  })
  test('a field that does not exist is refused before anything is sent', async () => {
    const { code, stderr } = await rota(['update', 'task-manager', '--field', 'maxAttempt=5'])
    assert.equal(code, 2)
    assert.equal(stderr, 'error: TaskManager has no field maxAttempt (did you mean maxAttempts?)\n')
    assert.deepEqual(server.calls, [])
  })
  test('nothing to change', async () => {
    assert.match((await rota(['update', 'task-manager'])).stderr, /nothing to change \(give --field name=value/)
  })
  test('all that meet conditions, which a dry run only counts', async () => {
    const where = ['--where', 'status=Failed', '--field', 'status=Pending']
    const dry = await rota(['update', 'task', ...where, '--dry-run'])
    assert.deepEqual([dry.code, dry.stdout], [0, '1 would be changed; nothing was changed\n'])
    assert.equal((await rota(['update', 'task', ...where, '--dry-run', '--json'])).stdout, '{"dryRun":true,"count":1}\n')
    const { code, stdout } = await rota(['update', 'task', ...where])
    assert.deepEqual([code, stdout], [0, 'Updated Task t2\n'])
    const none = await rota(['update', 'task', ...where])
    assert.deepEqual([none.code, none.stdout, none.stderr], [0, '', 'no tasks found; nothing was changed\n'])
    assert.match((await rota(['update', 'task', 't1', ...where])).stderr, /ids and --where exclude each other/)
    assert.match((await rota(['update', 'task-manager', ...where])).stderr, /there is only one TaskManager \(leave --where out\)/)
  })
})

suite('delete', () => {
  test('ids as words and as a list', async () => {
    const { code, stdout } = await rota(['delete', 'task', 't1', '--ids', 't2,t1'])
    assert.deepEqual([code, stdout], [0, 'Deleted Task t1\nDeleted Task t2\n'])
    assert.equal(server.table('x:Task').size, 0)
  })
  test('what query --json printed', async () => {
    const { stdout } = await rota(['query', 'task', '--where', 'status=Failed', '--json'])
    const { code, stdout: deleted } = await rota(['delete', 'task', '--stdin', '--json'], { stdin: stdout })
    assert.equal(code, 0)
    assert.deepEqual(json(deleted), [{ id: 't2', deleted: true }])
  })
  test('an empty stdin deletes nothing', async () => {
    assert.deepEqual(await rota(['delete', 'task', '--stdin']), { code: 0, stdout: '', stderr: '' })
  })
  test('a linked object says who uses it; one refusal makes the exit code 1', async () => {
    server.refuse = (_object, _kind, id) => id === 'l1'
      ? { type: 'objectIsLinked', objectId: { object: 'NetworkListener', id }, linkedObjects: [{ object: 'ClusterRole', id: 'r1' }] } : null
    const { code, stdout, stderr } = await rota(['delete', 'listener', 'l1', 'zz'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /NetworkListener l1: it is used by ClusterRole r1/)
    const refused = await rota(['delete', 'listener', 'l1', '--json'])
    assert.deepEqual(json(refused.stdout), [{ id: 'l1', error: { type: 'objectIsLinked', message: 'it is used by ClusterRole r1' } }])
    assert.deepEqual(json(refused.stderr), [{ error: { type: 'objectIsLinked', exitCode: 1, message: '1 of 1 refused' } }])
  })
  test('an answer that leaves an id out is no success', async () => {
    server.intercept = path => path === '/jmap/' ? { status: 200, body: { methodResponses: [['x:Task/set', { destroyed: [] }, 'c0']] } } : null
    const { code, stderr } = await rota(['delete', 'task', 't1'])
    assert.equal(code, 1)
    assert.match(stderr, /Task t1: the server gave no answer for it/)
  })
})

suite('describe', () => {
  test('lists objects', async () => {
    const { stdout } = await rota(['describe'])
    assert.match(stdout, /^TaskManager +singleton +sysTaskManager of the tests\.$/m)
    assert.ok(json((await rota(['describe', '--json'])).stdout).some(entry => (entry as JsonObject)['name'] === 'Task'))
  })
  test('an object with variants', async () => {
    const { stdout } = await rota(['describe', 'task'])
    assert.match(stdout, /^StoreMaintenance +StoreMaintenance +maintenanceType, shardIndex$/m)
    assert.match(stdout, /^All have due, status\.$/m)
    assert.match(stdout, /--where takes @type, status, due, attempts\./)
  })
  test('fields with types, defaults and allowed values', async () => {
    const { stdout } = await rota(['describe', 'task-manager'])
    assert.match(stdout, /maxAttempts\n {2}Attempts before Failed\.\n {2}type {5}whole number, at least 1\n {2}default {2}3\n {2}set {6}any time/)
    assert.match(stdout, /totalDeadline\n.*\n {2}type {5}duration\n {2}default {2}6h/)
    const variant = await rota(['describe', 'task/store-maintenance'])
    assert.match(variant.stdout, /type {2}purgeBlob \| purgeData\n {2}set {3}on creation/)
    assert.match(variant.stdout, /shardIndex\n.*\n {2}type {2}whole number, at most 255, or null/)
  })
  test('embedded shapes and enums', async () => {
    assert.match((await rota(['describe', 'retry-strategy'])).stdout, /^FixedDelay +FixedDelay +delay$/m)
    assert.match((await rota(['describe', 'retry-strategy/fixed-delay'])).stdout, /delay\n.*\n {2}type {2}duration/)
    assert.match((await rota(['describe', 'documentType'])).stdout, /^email +E-mail +A message\.$/m)
  })
  test('as JSON', async () => {
    const [task] = json((await rota(['describe', 'task/IndexDocument', '--json'])).stdout) as [JsonObject]
    assert.equal(task['name'], 'Task')
    assert.deepEqual((task['variants'] as JsonObject[]).map(variant => variant['name']), ['IndexDocument'])
    assert.deepEqual(json((await rota(['describe', 'MaintenanceType', '--json'])).stdout),
      [{ name: 'MaintenanceType', values: [{ name: 'purgeBlob', label: 'purgeBlob' }, { name: 'purgeData', label: 'purgeData' }] }])
  })
  test('an unknown name with what was meant', async () => {
    assert.match((await rota(['describe', 'task-manger'])).stderr, /nothing called task-manger \(did you mean TaskManager\?\)/)
  })
})
