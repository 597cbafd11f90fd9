/** retry, cancel and reschedule: what is chosen, what is sent, what is told. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Ran } from '../../../test/support/cli.ts'
import { runCli } from '../../../test/support/cli.ts'
import { JmapServer } from '../../../test/support/jmap-server.ts'

const task = (id: string, status: JsonObject): JsonObject => ({
  id, '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', due: status['due'] ?? null, status,
})
const failed = (id: string) => task(id, { '@type': 'Failed', failureReason: 'no' })
const pending = (id: string) => task(id, { '@type': 'Pending', due: '2026-01-01T01:00:00Z' })
const retry = (id: string) => task(id, { '@type': 'Retry', due: '2026-01-01T00:05:00Z', attemptNumber: 2 })

let server: JmapServer
beforeEach(async () => {
  const tasks = [failed('f1'), pending('p1'), failed('f2'), retry('r1'), failed('f3')]
  server = await JmapServer.start({ objects: { 'x:Task': tasks }, objectsMax: 2 })
})
afterEach(async () => { await server.stop() })

const rota = (...words: readonly string[]): Promise<Ran> => runCli(['task', ...words], { server })
const json = (text: string): Json[] => text.split('\n').filter(Boolean).map(line => JSON.parse(line) as Json)
const sets = () => server.argsOf('x:Task/set')
const statusOf = (id: string) => server.table('x:Task').get(id)?.['status']

suite('retry', () => {
  test('by condition, in parts; the server says when now is', async () => {
    assert.deepEqual(await rota('retry', '--where', 'status=Failed'), { code: 0, stdout: '3 tasks retried\n', stderr: '' })
    assert.deepEqual(sets().map(args => Object.keys(args['update'] as JsonObject)), [['f1', 'f2'], ['f3']])
    for (const id of ['f1', 'f2', 'f3']) assert.deepEqual(statusOf(id), { '@type': 'Pending' })
    assert.deepEqual(statusOf('r1'), retry('r1')['status'])
  })
  test('by id, each once', async () => {
    assert.equal((await rota('retry', 'f1', 'r1', 'f1')).stdout, '2 tasks retried\n')
    assert.deepEqual(sets(), [{ update: { f1: { status: { '@type': 'Pending' } }, r1: { status: { '@type': 'Pending' } } } }])
  })
  test('--dry-run shows and changes nothing', async () => {
    const { code, stdout } = await rota('retry', '--where', 'status=Failed', '--dry-run')
    assert.equal(code, 0)
    assert.match(stdout, /^f3 +StoreMaintenance +- +Failed/m)
    assert.match(stdout, /3 tasks would be retried; nothing was changed\n$/)
    assert.deepEqual(sets(), [])
    const lines = json((await rota('retry', 'f1', '--dry-run', '--json')).stdout) as JsonObject[]
    assert.deepEqual(lines.map(line => [line['id'], line['dryRun']]), [['f1', true]])
  })
  test('an id that does not exist stops it before anything changes', async () => {
    const { code, stdout, stderr } = await rota('retry', 'f1', 'none')
    assert.deepEqual([code, stdout], [5, ''])
    assert.match(stderr, /there is no task none \(nothing was changed\)/)
    assert.deepEqual(sets(), [])
  })
  test('a task that ended meanwhile is gone, which is no error', async () => {
    server.beforeCall = name => { if (name === 'x:Task/set') server.table('x:Task').delete('f2') }
    assert.deepEqual(await rota('retry', '--where', 'status=Failed'),
      { code: 0, stdout: '2 tasks retried, 1 gone meanwhile\n', stderr: '' })
  })
  test('a refused task is told with its reason, and the others are done', async () => {
    server.refuse = (_object, _kind, id) => id === 'f2' ? { type: 'forbidden', description: 'it is\nrunning' } : null
    assert.deepEqual(await rota('retry', '--where', 'status=Failed'),
      { code: 1, stdout: '2 tasks retried, 1 refused\n', stderr: 'task f2: it is running\n' })
    const { stdout } = await rota('retry', 'f2', 'p1', '--json')
    assert.deepEqual(json(stdout), [{ id: 'f2', error: { type: 'forbidden', message: 'it is\nrunning' } }, { id: 'p1', retried: true }])
  })
  test('when the connection breaks half-way it says how far it came', async () => {
    let parts = 0
    server.intercept = path => {
      if (path === '/jmap/' && sets().length > 0) parts += 1
      return parts > 0 ? { status: 503, body: { title: 'Service Unavailable' } } : null
    }
    const { code, stdout, stderr } = await rota('retry', '--where', 'status=Failed')
    assert.deepEqual([code, stdout], [1, '2 tasks retried\n'])
    assert.match(stderr, /HTTP 503: Service Unavailable/)
  })
  test('neither ids nor conditions, or both', async () => {
    assert.match((await rota('retry')).stderr, /which tasks\? \(give ids, or conditions as in --where status=Failed\)/)
    const { code, stderr } = await rota('retry', 'f1', '--where', 'status=Failed')
    assert.equal(code, 2)
    assert.match(stderr, /ids and --where exclude each other/)
  })
})

suite('cancel', () => {
  test('destroys what meets the conditions', async () => {
    assert.equal((await rota('cancel', '--where', 'status=Failed')).stdout, '3 tasks cancelled\n')
    assert.deepEqual([...server.table('x:Task').keys()], ['p1', 'r1'])
  })
})

suite('reschedule', () => {
  test('moves the due time: attempts of a Retry stay, a Failed one becomes Pending', async () => {
    const { code, stdout } = await rota('reschedule', 'p1', 'r1', 'f1', '--due', '+10m')
    assert.deepEqual([code, stdout], [0, '3 tasks rescheduled\n'])
    const due = '2026-01-01T00:10:00Z'
    assert.deepEqual(statusOf('p1'), { '@type': 'Pending', due })
    assert.deepEqual(statusOf('r1'), { '@type': 'Retry', due, attemptNumber: 2 })
    assert.deepEqual(statusOf('f1'), { '@type': 'Pending', due })
  })
  test('takes a date, and refuses what is none before it connects', async () => {
    await rota('reschedule', '--where', 'status=Pending', '--due', '2026-12-01')
    assert.deepEqual(sets(), [{ update: { p1: { 'status/due': '2026-12-01T00:00:00Z' } } }])
    const { code, stderr } = await rota('reschedule', 'p1', '--due', 'tomorrow')
    assert.equal(code, 2)
    assert.match(stderr, /--due tomorrow: not valid \(give a date like/)
    assert.match((await rota('reschedule', 'p1')).stderr, /required option '--due <when>' not specified/)
  })
})
