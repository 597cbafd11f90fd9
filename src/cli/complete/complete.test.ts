/** Completion: candidates from words, the kept schema, and the scripts in the shells that are here. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import type { CliOptions } from '../../../test/support/cli.ts'
import { runCli } from '../../../test/support/cli.ts'
import { JmapServer, TEST_TOKEN } from '../../../test/support/jmap-server.ts'
import { systemClock } from '../../base/clock.ts'
import { Model } from '../../jmap-client/model.ts'
import { parseSchema } from '../../jmap-client/schema.ts'
import { buildProgram } from '../program.ts'
import { complete } from './candidates.ts'
import type { Shell } from './scripts.ts'
import { SCRIPTS, SHELLS } from './scripts.ts'
import { splitLine } from './words.ts'

const BIN = fileURLToPath(new URL('../../../bin/rota.js', import.meta.url))
const run = promisify(execFile)
const model = new Model(parseSchema(API_SCHEMA))
const program = await buildProgram(() => Promise.resolve())

test('a line is split as a shell does', () => {
  const cases: readonly (readonly [string, readonly string[], boolean])[] = [
    ['rota ', [''], false],
    ['rota get  ta', ['get', 'ta'], false],
    ["rota query task --where 'due<20", ['query', 'task', '--where', 'due<20'], true],
    ['rota a\\ b "c d" \'e\\f\'"g', ['a b', 'c d', 'e\\fg'], true],
    ['rota ""', [''], false],
  ]
  for (const [line, words, quoted] of cases) assert.deepEqual(splitLine(line), { words, quoted }, line)
})

suite('candidates', () => {
  const values = (line: string, known: Model | null = model): string[] => {
    const found = complete(program, splitLine(`rota ${line}`).words, known)
    return found.kind === 'files' ? [':files'] : found.candidates.map(({ value }) => value)
  }
  test('of commands and options need no schema', () => {
    assert.deepEqual(values('que', null), ['query'])
    assert.deepEqual(values('task re', null), ['retry', 'reschedule'])
    assert.deepEqual(values('--url http://x task w', null), ['watch'])
    assert.deepEqual(values('query --wh', null), ['--where'])
    assert.deepEqual(values('task retry t1 --dry', null), ['--dry-run'])
    assert.deepEqual(values('completion ', null), ['bash', 'zsh', 'fish'])
    assert.deepEqual(values('apply --file ', null), [':files'])
    assert.deepEqual(values('snapshot --out=', null), [':files'])
    assert.ok(!values('', null).includes('__complete'))
    assert.deepEqual(values('get ', null), [])
  })
  test('of objects are spelt as they are begun', () => {
    assert.deepEqual(values('get task'), ['task', 'task-manager', 'task-run', 'task-run-count', 'task-failure'])
    assert.deepEqual(values('get Task'), ['Task', 'TaskManager', 'TaskRun', 'TaskRunCount', 'TaskFailure'])
    assert.deepEqual(values('create ta'), ['task/', 'task-manager', 'task-run', 'task-run-count', 'task-failure'])
    assert.deepEqual(values('create task/un'), ['task/unindex-document'])
    assert.deepEqual(values('create Task/Un'), ['Task/UnindexDocument'])
    assert.deepEqual(values('snapshot account network'), ['network-listener'])
    assert.deepEqual(values('describe retry'), ['retry-strategy'])
    assert.deepEqual(values('describe Document'), ['DocumentType'])
    assert.deepEqual(values('get task t1 '), [])
  })
  test('of fields are those that the command can set, and lead into embedded ones', () => {
    assert.deepEqual(values('create task/index-document --field d'), ['documentId=', 'documentType='])
    assert.deepEqual(values('update task t1 --field d'), [])
    assert.deepEqual(values('update task t1 --field status'), ['status=', 'status/'])
    assert.deepEqual(values('update task t1 --field status/d'), ['status/due='])
    assert.deepEqual(values('update task-manager --field=strategy/de'), ['--field=strategy/delay='])
  })
  test('of values follow the type', () => {
    assert.deepEqual(values('create task/index-document --field documentType='), ['email', 'calendar', 'contacts'].map(name => `documentType=${name}`))
    assert.deepEqual(values('update listener l1 --field tlsImplicit=t'), ['tlsImplicit=true'])
    assert.deepEqual(values('update task-manager --field strategy=F'), ['strategy=FixedDelay'])
    assert.deepEqual(values('create cluster-role --field duties/members='), ['searchIndexing', 'taskScheduler', 'outboundMta'].map(name => `duties/members=${name}`))
    assert.deepEqual(values('create cluster-role --field duties/members=searchIndexing,t'), ['duties/members=searchIndexing,taskScheduler'])
  })
  test('of conditions are what the list can be narrowed by', () => {
    assert.deepEqual(values('query task --where '), ['type=', 'status=', 'due=', 'attempts='])
    assert.deepEqual(values('task retry --where status=F'), ['status=Failed'])
    assert.deepEqual(values('query task --where type=in'), ['type=index-document'])
    assert.deepEqual(values("query task --where 'status=P"), ['status=Pending'])
  })
  test('of columns and order', () => {
    assert.deepEqual(values('query task --fields due,st'), ['due,status'])
    assert.deepEqual(values('query task --fields due,d'), ['due,documentId', 'due,documentType'])
    assert.deepEqual(values('query task --sort -du'), ['-due'])
  })
})

suite('the kept schema', () => {
  let server: JmapServer
  let cache: string
  const ask = (line: string, options: CliOptions = {}) => runCli(['__complete', '--', ...splitLine(`rota ${line}`).words], {
    server, clock: systemClock, env: { XDG_CACHE_HOME: cache, ...options.env },
  })
  const file = async () => join(cache, 'rota', (await readdir(join(cache, 'rota')))[0] ?? '')
  beforeEach(async () => {
    server = await JmapServer.start()
    cache = await mkdtemp(join(tmpdir(), 'rota-cache-'))
  })
  afterEach(async () => {
    await server.stop()
    await rm(cache, { recursive: true, force: true })
  })

  test('is asked for once, and is nobody else\'s to read', async () => {
    let asked = 0
    server.intercept = path => { if (path === '/api/schema') asked += 1; return null }
    for (const _ of [1, 2]) assert.match((await ask('get task-m')).stdout, /^task-manager\tsysTaskManager of the tests\.$/m)
    assert.equal(asked, 1)
    assert.equal((await stat(await file())).mode & 0o077, 0)
    assert.ok(!(await readFile(await file(), 'utf8')).includes(TEST_TOKEN))
  })
  test('serves on when the server is away, which is not asked at every key', async () => {
    await ask('get task-m')
    await utimes(await file(), 1, 1)
    let asked = 0
    server.intercept = path => { if (path === '/api/schema') asked += 1; return { status: 503, body: {} } }
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await ask('get task-m')
      assert.deepEqual([code, stdout.startsWith('task-manager'), stderr], [0, true, ''])
    }
    assert.equal(asked, 1)
  })
  test('is not believed when it is damaged, of another form, or from the far future', async () => {
    for (const damage of ['{', '{"objects":{}}', JSON.stringify(API_SCHEMA).replaceAll('x:TaskManager', 'x:TaskKeeper')]) {
      await ask('get task-m')
      await writeFile(await file(), damage)
      await utimes(await file(), 9_999_999_999, 9_999_999_999)
      assert.match((await ask('get task-m')).stdout, /^task-manager/)
    }
  })
  test('is missed quietly: no server, no login, no folder, a password that would have to be asked for', async () => {
    const away = { ROTA_URL: 'http://127.0.0.1:1' }
    for (const env of [away, { ROTA_TOKEN: '' }, { XDG_CACHE_HOME: BIN, ...away }, { ROTA_TOKEN: '', ROTA_USER: 'x' }, { ROTA_URL: 'nonsense' }]) {
      const { code, stdout, stderr } = await ask('get task-m', { env })
      assert.deepEqual([code, stdout, stderr], [0, '', ''], JSON.stringify(env))
      assert.match((await ask('que', { env })).stdout, /^query\t/)
    }
  })
  test('is that of the server that the command names', async () => {
    const { stdout } = await ask(`--url ${server.url} get task-m`, { env: { ROTA_URL: 'http://127.0.0.1:1' } })
    assert.match(stdout, /^task-manager/)
  })
})

suite('scripts', async () => {
  const missing = new Map<Shell, string | false>()
  for (const shell of SHELLS) missing.set(shell, await run(shell, ['--version']).then(() => false as const, () => `no ${shell} on this machine`))
  let server: JmapServer
  let folder: string
  before(async () => {
    server = await JmapServer.start()
    folder = await mkdtemp(join(tmpdir(), 'rota-shell-'))
    await writeFile(join(folder, 'rota'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`, { mode: 0o755 })
    for (const shell of SHELLS) await writeFile(join(folder, `script.${shell}`), SCRIPTS[shell])
  })
  after(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
  const environment = () => ({
    PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder, XDG_CACHE_HOME: folder, TERM: 'dumb',
    ROTA_URL: server.url, ROTA_TOKEN: TEST_TOKEN, ROTA_DATA_DIR: join(folder, 'none'),
  })
  const shell = async (name: Shell, ...args: readonly string[]): Promise<string> =>
    (await run(name, args, { env: environment(), cwd: folder })).stdout

  test('bash gets what belongs after the place where it breaks the word', { skip: missing.get('bash') ?? false }, async () => {
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['rota que', ['query']],
      ['rota query task --where status=F', ['Failed']],
      ['rota query task --where status=', ['Pending', 'Retry', 'Failed']],
      ["rota query task --where 'status=F", ['status=Failed']],
      ['rota get nothing-like-it', []],
    ]
    for (const [line, expected] of cases) {
      const script = `source ./script.bash; COMP_LINE="$1"; COMP_POINT=\${#1}; _rota rota '' ''; printf '%s\\n' "\${COMPREPLY[@]}"`
      const words = await shell('bash', '--norc', '--noprofile', '-c', script, 'bash', line)
      assert.deepEqual(words.split('\n').filter(Boolean), expected, line)
    }
  })
  test('zsh reads its script', { skip: missing.get('zsh') ?? false }, async () => {
    await shell('zsh', '-f', '-n', 'script.zsh')
    assert.match(await shell('zsh', '-f', '-c', 'autoload -U compinit; compinit -u -d ./dump; source ./script.zsh; print $_comps[rota]'), /^_rota$/m)
  })
  test('fish completes', { skip: missing.get('fish') ?? false }, async () => {
    const line = 'source ./script.fish; complete -C"rota query task --where status=F"; complete -C"rota get task-m"'
    assert.deepEqual((await shell('fish', '--no-config', '-c', line)).trimEnd().split('\n'),
      ['status=Failed\tFailed', 'task-manager\tsysTaskManager of the tests.'])
  })
})
