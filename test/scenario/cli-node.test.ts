/** The command line against a node in a process of its own: the first minutes of README.md, then every verb. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { list } from '../support/api-call.ts'
import { Capture, runCli, type CliOptions, type Ran } from '../support/cli.ts'
import { withFaultyIndex } from '../support/faulty-index.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { NodeProcess } from '../support/node-process.ts'
import { curlMissing, Page, ROTA } from '../support/page.ts'
import { ADMIN_PASSWORD, startServer } from '../support/server.ts'

const EVE = { name: 'eve@cli.example', password: 'a long secret' }

let node: NodeProcess
before(async () => { node = await NodeProcess.start() })
after(() => node[Symbol.asyncDispose]())

/** With nothing but the data folder: the login is found there. */
function rota(words: readonly string[], options: CliOptions = {}): Promise<Ran> {
  return runCli(words, { ...options, clock: systemClock, env: { ROTA_DATA_DIR: node.dataDir, ...options.env } })
}
/** One that must succeed; what it printed. */
async function done(line: string, ...more: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rota([...line.split(' '), ...more])
  assert.equal(code, 0, `${line}: ${stderr}`)
  return stdout
}
async function refused(code: number, message: RegExp, line: string, options: CliOptions = {}): Promise<void> {
  const ran = await rota(line.split(' '), options)
  assert.match(ran.stderr, message, line)
  assert.deepEqual([ran.code, ran.stdout], [code, ''], line)
}

describe('the first minutes of README.md', { skip: curlMissing }, () => {
  let page: Page
  const block = (text: string) => page.block(text)
  const shell = (...commands: readonly string[]) => page.shell(...commands)
  before(async () => { page = await Page.open('README.md', node) })

  test('do what they say, from a domain to a task that is seen to go', async () => {
    const arrived = `${ROTA} task watch --until-empty --interval 100ms > /dev/null`
    const alice = await shell(block('create domain'), block('curl smtp'), arrived, 'printf %s "$ALICE"')
    const text = await shell(`ALICE=${alice}`, block('Email/query'))
    const { methodResponses } = JSON.parse(text) as { methodResponses: [string, JsonObject][] }
    const [email] = (methodResponses[1]?.[1]['list'] ?? []) as readonly JsonObject[]
    assert.deepEqual([email?.['subject'], email?.['preview']], ['Plans', 'The heron stands in the reeds.'])
    const again = block('task watch').replace('<id of the message>', String(email?.['id'])).replace('+10s', '+2s')
    const watched = (await shell(`ALICE=${alice}`, again)).split('\n')
    assert.match(watched[0] ?? '', /^Created Task \w{13}$/)
    assert.match(watched[1] ?? '', /^[\d:]{8} \+ \w{13} IndexDocument Pending, due (?:in \ds|now)$/)
    assert.match(watched.at(-2) ?? '', /^[\d:]{8} - \w{13} IndexDocument gone$/)
  })

  test('and the commands after them', async () => {
    const printed = await shell(block('rota describe'))
    for (const text of ['ClusterRole', 'Updated TaskManager', '0 tasks would be retried']) {
      assert.ok(printed.includes(text), printed)
    }
  })
})

describe('rota', () => {
  let accountId: string
  let task: string
  before(async () => {
    const domainId = (JSON.parse(await done('create domain --field name=cli.example --json')) as { id: string }).id
    const credentials = `credentials={"0":{"@type":"Password","secret":"${EVE.password}"}}`
    const line = `create account/user --json --field name=eve --field domainId=${domainId} --field`
    accountId = (JSON.parse(await done(line, credentials)) as { id: string }).id
  })
  const later = async (documentId: string) => {
    const fields = `--field accountId=${accountId} --field documentType=email --field documentId=${documentId}`
    const text = await done(`create task/index-document ${fields} --field status/due=+10m --json`)
    return (JSON.parse(text) as { id: string }).id
  }
  /** Of a person who has the address of the node, and not its folder. */
  const elsewhere = () => ({ ROTA_DATA_DIR: `${node.dataDir}/none`, ROTA_URL: `http://127.0.0.1:${node.port('http')}` })
  const stored = async (id: string) => (await list(node, 'Task')).find(each => each['id'] === id)

  test('shows a task that waits, in a table, as a page and as JSON', async () => {
    task = await later('a')
    assert.match(await done('query task'), new RegExp(`^${task}  IndexDocument  in (10|9)m +Pending `, 'm'))
    assert.match(await done(`get task ${task}`), /^documentId +a$/m)
    assert.deepEqual(JSON.parse(await done(`get task ${task} --json`)), await stored(task))
    assert.equal(await done(`query task --where status=Failed --json`), '')
  })

  test('moves a task, runs it now, and cancels one', async () => {
    assert.equal(await done(`task reschedule ${task} --due 2999-01-01T00:00:00Z`), '1 task rescheduled\n')
    assert.equal((await stored(task))?.['due'], '2999-01-01T00:00:00Z')
    const other = await later('b')
    assert.match(await done(`task cancel --where accountId=${accountId} --dry-run`), /^2 tasks would be cancelled/m)
    assert.equal(await done(`task cancel ${other}`), '1 task cancelled\n')
    assert.equal(await stored(other), undefined)
    assert.equal(await done(`task retry ${task}`), '1 task retried\n')
    await done('task watch --until-empty --interval 100ms')
    assert.equal(await stored(task), undefined)
  })

  test('changes settings, and shows them', async () => {
    const line = 'update task-manager --field maxAttempts=7 --field totalDeadline=1h30m'
    assert.equal(await done(line), 'Updated TaskManager\n')
    assert.match(await done('get task-manager'), /^maxAttempts +7$[^]*^totalDeadline +1h30m$/m)
    assert.match(await done('describe task-manager'), /^maxAttempts$/m)
  })

  test('shows which nodes there are, and makes a role as README.md does', async () => {
    assert.match(await done('query cluster-node'), /^node-1 +1 +test-node +active /m)
    const group = 'tasks={"@type":"EnableSome","taskTypes":{"searchIndexing":true}}'
    await done('create cluster-role --field name=indexer --field listeners=DisableAll', '--field', group)
    const [role] = await list(node, 'ClusterRole')
    assert.deepEqual([role?.['name'], role?.['listeners']], ['indexer', { '@type': 'DisableAll' }])
    await done(`delete cluster-role --ids ${String(role?.['id'])}`)
    assert.deepEqual(await list(node, 'ClusterRole'), [])
  })

  test('says which field is wrong and what it may be, with an exit code for each kind of mistake', async () => {
    await refused(2, /no field maxAttempt \(did you mean maxAttempts\?\)/, 'update task-manager --field maxAttempt=5')
    await refused(1, /maxAttempts must be at least 1/, 'update task-manager --field maxAttempts=-1')
    await refused(1, /the Domain nowhere, which does not exist/, 'create account/user --field name=x --field domainId=nowhere')
    await refused(2, /did you mean/, 'query tusk')
    await refused(5, /there is no task 0000000000000/, 'task cancel 0000000000000')
    await refused(4, /login failed/, 'query task', { env: { ROTA_USER: 'admin', ROTA_PASSWORD: 'wrong wrong' } })
    await refused(4, /no login/, 'query task', { env: elsewhere() })
    await refused(3, /127\.0\.0\.1:1\b/, 'query task', { env: { ROTA_URL: 'http://127.0.0.1:1', ROTA_TOKEN: 'x' } })
  })

  test('takes the password of the administrator from everywhere, and lets nobody else administer', async () => {
    const admin = { ...elsewhere(), ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD }
    assert.equal((await rota(['query', 'domain'], { env: admin })).code, 0)
    const eve = { ...elsewhere(), ROTA_USER: EVE.name, ROTA_PASSWORD: EVE.password }
    await refused(1, /forbidden/, 'query account', { env: eve })
  })
})

test('a task that fails is watched up to Failed, retried, and seen to go', async () => {
  let broken = true
  await using failing = await startServer({ wrap: store => withFaultyIndex(store, () => broken) })
  const url = `http://127.0.0.1:${failing.port('http')}`
  const env = { ROTA_URL: url, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD }
  const cli = (line: string, options: CliOptions = {}) => rota(line.split(' '), { ...options, env })
  const janeId = await createJane(failing)
  const strategy = ['--field', 'strategy={"@type":"FixedDelay","delay":"1s"}']
  assert.equal((await rota(['update', 'task-manager', '--field', 'maxAttempts=2', ...strategy], { env })).code, 0)

  const [stdout, signals] = [new Capture(), new EventEmitter()]
  const watching = cli('task watch --interval 100ms', { stdout, signals })
  const client = await LmtpClient.open(failing.port('lmtp'))
  await client.deliver(JANE.name, 'Stubborn', 'A dipper.')
  client.close()
  assert.match(await stdout.line('attempt 1'), / IndexDocument .*Retry, due .*, attempt 1, the index is broken$/)
  assert.match(await stdout.line('attempt 2'), /Retry, due .*, attempt 2, the index is broken$/)
  assert.match(await stdout.line('Failed'), /Retry → Failed, attempt 2, the index is broken$/)
  assert.match((await cli('query task --where status=Failed')).stdout, / IndexDocument .* Failed /)
  assert.deepEqual(await found(failing, janeId, 'dippers'), [])

  broken = false
  assert.equal((await cli('task retry --where status=Failed --yes')).stdout, '1 task retried\n')
  await stdout.line('gone')
  signals.emit('SIGINT')
  assert.equal((await watching).code, 0)
  assert.deepEqual(await found(failing, janeId, 'dippers'), ['Stubborn'])
})
