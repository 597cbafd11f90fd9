/** retry, cancel, park and reschedule: what is chosen, what is sent, what is told. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
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
const bulks = () => server.argsOf('x:Task/bulk')
const statusOf = (id: string) => server.table('x:Task').get(id)?.['status']

suite('retry', () => {
  const BY_STATUS = ['retry', '--where', 'status=Failed']

  test('by id, each once, in parts; the server says when now is', async () => {
    assert.equal((await rota('retry', 'f1', 'r1', 'f1', 'f2')).stdout, '3 tasks retried\n')
    assert.deepEqual(sets().map(args => Object.keys(args['update'] as JsonObject)), [['f1', 'r1'], ['f2']])
    for (const id of ['f1', 'f2', 'r1']) assert.deepEqual(statusOf(id), { '@type': 'Pending' })
  })
  test('by condition it counts, and does in parts what it has counted', async () => {
    assert.deepEqual(await rota(...BY_STATUS, '--yes'), { code: 0, stdout: '3 tasks retried\n', stderr: '' })
    for (const id of ['f1', 'f2', 'f3']) assert.deepEqual(statusOf(id), { '@type': 'Pending' })
    assert.deepEqual(statusOf('r1'), retry('r1')['status'])
    const args = { action: 'retry', filter: { status: 'Failed' } }
    assert.deepEqual(bulks(), [{ ...args, dryRun: true }, { ...args, expect: 3, cursor: 'r1/' }, { ...args, expect: 3, cursor: 'r1/f2' }])
    assert.deepEqual(sets(), [])
  })
  test('--dry-run counts and changes nothing', async () => {
    const { code, stdout } = await rota(...BY_STATUS, '--dry-run')
    assert.equal(code, 0)
    assert.match(stdout, /^TYPE +STATUS +TASKS +RUNNING\nStoreMaintenance +Failed +3 +1\n3 tasks would be retried; nothing was changed\n$/)
    assert.equal(bulks().length, 1)
    const [line] = json((await rota(...BY_STATUS, '--dry-run', '--json')).stdout) as JsonObject[]
    assert.deepEqual([line?.['matched'], line?.['dryRun'], line?.['cursor']], [3, true, undefined])
    const lines = json((await rota('retry', 'f1', '--dry-run', '--json')).stdout) as JsonObject[]
    assert.deepEqual(lines.map(each => [each['id'], each['dryRun']]), [['f1', true]])
    assert.deepEqual(sets(), [])
  })
  test('a person is asked, with the numbers, and anything but yes is no', async () => {
    const asked = async (answer: string) => {
      const stdin = Object.assign(Readable.from([answer]), { isTTY: true })
      return runCli(['task', ...BY_STATUS], { server, stdin })
    }
    for (const answer of ['n\n', '\n', 'yesterday\n', '']) {
      const { code, stderr } = await asked(answer)
      assert.equal(code, 1)
      assert.match(stderr, /StoreMaintenance +Failed +3 +1\n3 tasks would be retried\.\nRetry them\? \[y\/N\] [^]*nothing was changed/)
    }
    assert.equal(bulks().filter(args => args['dryRun'] !== true).length, 0)
    assert.match((await asked('y\n')).stdout, /^3 tasks retried\n$/)
  })
  test('nobody to ask: nothing is changed without --yes', async () => {
    for (const more of [[], ['--json']]) {
      const { code, stderr } = await rota(...BY_STATUS, ...more)
      assert.equal(code, 2)
      assert.match(stderr, /3 tasks would be retried, and there is nobody to ask; nothing was changed.*--yes/)
    }
    assert.deepEqual(statusOf('f1'), failed('f1')['status'])
    assert.deepEqual(await rota('retry', '--where', 'type=store-maintenance', '--where', 'due<2020-01-01'), { code: 0, stdout: '0 tasks retried\n', stderr: '' })
  })
  test('more match than were counted: nothing is done', async () => {
    server.beforeCall = (_name, args) => { if (args['expect'] === 3) server.table('x:Task').set('a0', failed('a0')) }
    const { code, stderr } = await rota(...BY_STATUS, '--yes')
    assert.equal(code, 1)
    assert.match(stderr, /4 tasks match/)
    assert.deepEqual(statusOf('f1'), failed('f1')['status'])
  })
  test('an id that does not exist stops it before anything changes', async () => {
    const { code, stdout, stderr } = await rota('retry', 'f1', 'none')
    assert.deepEqual([code, stdout], [5, ''])
    assert.match(stderr, /there is no task none \(nothing was changed\)/)
    assert.deepEqual(sets(), [])
  })
  test('a task that ended meanwhile is gone, which is no error', async () => {
    server.beforeCall = name => { if (name === 'x:Task/set') server.table('x:Task').delete('f2') }
    assert.deepEqual(await rota('retry', 'f1', 'f2', 'f3'),
      { code: 0, stdout: '2 tasks retried, 1 gone meanwhile\n', stderr: '' })
  })
  test('a refused task is told with its reason, and the others are done', async () => {
    server.refuse = (_object, _kind, id) => id === 'f2' ? { type: 'forbidden', description: 'it is\nrunning' } : null
    assert.deepEqual(await rota(...BY_STATUS, '--yes'),
      { code: 1, stdout: '2 tasks retried, 1 refused\n', stderr: '1 refused: it is running (task f2)\n' })
    const { stdout } = await rota('retry', 'f2', 'p1', '--json')
    assert.deepEqual(json(stdout), [{ id: 'f2', error: { type: 'forbidden', message: 'it is\nrunning' } }, { id: 'p1', retried: true }])
    const told = await rota(...BY_STATUS, '--yes', '--json')
    assert.deepEqual([(json(told.stdout)[0] as JsonObject)['refused'], told.code], [1, 1])
    assert.match(told.stderr, /"type":"refused".*1 of 1 refused/)
  })
  test('when the connection breaks half-way it says how far it came', async () => {
    let parts = 0
    server.intercept = path => {
      if (path === '/jmap/' && bulks().length > 1) parts += 1
      return parts > 0 ? { status: 503, body: { title: 'Service Unavailable' } } : null
    }
    const { code, stdout, stderr } = await rota(...BY_STATUS, '--yes')
    assert.deepEqual([code, stdout], [1, '2 tasks retried\n'])
    assert.match(stderr, /HTTP 503: Service Unavailable/)
  })
  test('neither ids nor conditions, or both', async () => {
    assert.match((await rota('retry')).stderr, /which tasks\? \(give ids, or conditions as in --where status=Failed\)/)
    const { code, stderr } = await rota('retry', 'f1', '--where', 'status=Failed')
    assert.equal(code, 2)
    assert.match(stderr, /ids and --where exclude each other/)
  })
  test('resume is another word for it', async () => {
    assert.equal((await rota('resume', 'f1')).stdout, '1 task retried\n')
  })
})

suite('park', () => {
  test('sets aside, by id or by condition, with a reason', async () => {
    assert.equal((await rota('park', 'p1', '--reason', 'not tonight')).stdout, '1 task parked\n')
    assert.deepEqual(statusOf('p1'), { '@type': 'Failed', failureReason: 'not tonight' })
    assert.equal((await rota('park', '--where', 'status=Retry', '--yes')).stdout, '1 task parked\n')
    await rota('park', '--where', 'status=Failed', '--reason', 'x', '--yes')
    assert.deepEqual(bulks().slice(-1).map(args => [args['action'], args['reason']]), [['park', 'x']])
  })
})

suite('park and resume', () => {
  test('are counted with --dry-run, asked about, and told, as a retry is', async () => {
    assert.match((await rota('park', '--where', 'status=Pending', '--dry-run')).stdout, /1 task would be parked; nothing was changed\n$/)
    const asked = (words: readonly string[], answer: string) => runCli(['task', ...words], { server, stdin: Object.assign(Readable.from([answer]), { isTTY: true }) })
    assert.match((await asked(['park', '--where', 'status=Pending'], 'n\n')).stderr, /1 task would be parked\.\nPark them\? \[y\/N\]/)
    assert.deepEqual(statusOf('p1'), pending('p1')['status'])
    assert.deepEqual(await rota('park', '--where', 'status=Pending'), {
      code: 2, stdout: '', stderr: 'error: 1 task would be parked, and there is nobody to ask; nothing was changed (look with --dry-run, say --yes)\n',
    })
    assert.equal((await rota('resume', '--where', 'status=Failed', '--yes')).stdout, '3 tasks retried\n')
    assert.deepEqual(bulks().at(-1)?.['action'], 'retry')
  })
  test('without a reason the server keeps the one there is; an empty one is sent', async () => {
    await rota('park', 'p1')
    assert.deepEqual(statusOf('p1'), { '@type': 'Failed' })
    await rota('park', '--where', 'status=Retry', '--yes')
    assert.equal(bulks().at(-1)?.['reason'], undefined)
    await rota('park', 'r1', '--reason', '')
    assert.deepEqual(statusOf('r1'), { '@type': 'Failed', failureReason: '' })
  })
  test('neither ids nor conditions, or both', async () => {
    for (const word of ['park', 'resume']) {
      assert.match((await rota(word)).stderr, /which tasks\?/)
      assert.match((await rota(word, 'p1', '--where', 'status=Failed')).stderr, /ids and --where exclude each other/)
    }
  })
})

suite('cancel', () => {
  test('destroys what meets the conditions', async () => {
    assert.equal((await rota('cancel', '--where', 'status=Failed', '--yes')).stdout, '3 tasks cancelled\n')
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
    await rota('reschedule', '--where', 'status=Pending', '--due', '2026-12-01', '--yes')
    assert.deepEqual([bulks().at(-1)?.['due'], statusOf('p1')], ['2026-12-01T00:00:00Z', { '@type': 'Pending', due: '2026-12-01T00:00:00Z' }])
    const { code, stderr } = await rota('reschedule', 'p1', '--due', 'tomorrow')
    assert.equal(code, 2)
    assert.match(stderr, /--due tomorrow: not valid \(give a date like/)
    assert.match((await rota('reschedule', 'p1')).stderr, /required option '--due <when>' not specified/)
  })
})
