/** `rota cluster` over three nodes of one PostgreSQL, each a process of its own: seen, audited, and taken out. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { create } from '../support/api-call.ts'
import { Capture, runCli, type Ran } from '../support/cli.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually, startServer } from '../support/server.ts'

const SPAM = { '@type': 'EnableSome', taskTypes: { spamClassifierTraining: true } }
const BUT_SPAM = { '@type': 'DisableSome', taskTypes: { spamClassifierTraining: true } }
const SEARCH_BUCKETS = 64
/** A node has 10 s to live when nothing is heard of it, and the others 2 s to take over. */
const TAKE_OVER_MS_MAX = 12_000
const BUSY_MS = 5_000

describe('rota cluster', { skip: postgresMissing() }, () => {
  const nodes = new Map<string, NodeProcess>()
  let url: string
  before(async () => {
    url = await (await sharedPostgres()).freshDatabase()
    await using seed = await startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: 'one' } })
    await create(seed, 'ClusterRole', { name: 'trainer', tasks: SPAM, listeners: { '@type': 'DisableAll' } },
      { name: 'worker', tasks: BUT_SPAM, listeners: { '@type': 'EnableAll' } })
    await seed.stop()
    for (const [name, role] of [['one', 'worker'], ['two', 'worker'], ['three', 'trainer']] as const) await start(name, role)
  })
  after(async () => {
    for (const node of nodes.values()) await node[Symbol.asyncDispose]()
    await stopSharedPostgres()
  })

  async function start(name: string, role: string): Promise<void> {
    nodes.set(name, await NodeProcess.start({ name, variables: { DATABASE_URL: url, STALWART_ROLE: role } }))
  }
  const node = (name: string): NodeProcess => nodes.get(name) ?? assert.fail(name)
  /** Asked of `one`, whose login is found in its data folder. */
  const rota = (...words: readonly string[]): Promise<Ran> => rotaTo(new Capture(), ...words)
  const rotaTo = (stdout: Capture, ...words: readonly string[]): Promise<Ran> =>
    runCli(['cluster', ...words], { clock: systemClock, env: { ROTA_DATA_DIR: node('one').dataDir }, stdout })
  /** Cells of the line that begins with this name. */
  const row = (text: string, name: string): string[] => (text.split('\n').find(line => line.startsWith(`${name} `)) ?? '').split(/ {2,}/)
  const searchHeldBy = async (): Promise<string | undefined> => row((await rota('assignments')).stdout, 'search')[3]

  test('status and assignments show who is what and holds which share', async () => {
    await eventually(async () => (await searchHeldBy()) === 'one 32, two 32', 'the search lane is shared')
    const { code, stdout, stderr } = await rota('status')
    assert.deepEqual([code, stderr], [0, ''])
    assert.deepEqual(row(stdout, 'one').slice(0, 3), ['one', 'active', 'worker'])
    assert.deepEqual(row(stdout, 'one')[6], 'http, lmtp, smtp')
    assert.deepEqual(row(stdout, 'three').slice(0, 7), ['three', 'active', 'trainer', '1', '1', '0', '-'])
    assert.deepEqual(row((await rota('assignments')).stdout, 'spam'), ['spam', 'spamClassifierTraining', '1', 'three 1'])
    const lines = (await rota('status', '--json')).stdout.split('\n').filter(Boolean).map(line => JSON.parse(line) as JsonObject)
    const held = (name: string) => lines.find(({ hostname }) => hostname === name)?.['ownedBuckets']
    assert.deepEqual(held('three'), { spam: 1 })
    assert.equal((held('one') as JsonObject)['search'], SEARCH_BUCKETS / 2)
  })

  test('a lane that loses its only node is found, with what to do, and the exit code tells it', async t => {
    const well = await rota('audit')
    assert.equal(well.code, 0, well.stdout)
    assert.doesNotMatch(well.stdout, /^error/m)
    await node('three').kill()
    const startedMs = systemClock.monotonicMs()
    const { stdout } = await eventually(async () => {
      const ran = await rota('audit')
      return ran.code === 1 && ran
    }, 'the audit finds it')
    const ms = Math.round(systemClock.monotonicMs() - startedMs)
    t.diagnostic(`found after ${ms} ms`)
    assert.ok(ms < TAKE_OVER_MS_MAX + BUSY_MS, `${ms} ms`)
    assert.match(stdout, /^error: .*\bspam\b.*\n {2}→ .*spamClassifierTraining/m)
    assert.match((await rota('status')).stdout, /^three +stale [^]*^error: .*\bspam\b/m)
    assert.deepEqual(row((await rota('assignments')).stdout, 'spam')[3], 'nobody 1')
    await start('three', 'trainer')
    await eventually(async () => (await rota('audit')).code === 0, 'it is well again')
  })

  test('a node is drained by name: the others have its buckets while its last connection lasts, then it is gone', async t => {
    const client = await LmtpClient.open(node('two').port('lmtp'))
    await client.lines.command('MAIL FROM:<sender@client.example>')
    const startedMs = systemClock.monotonicMs()
    const output = new Capture()
    const ran = rotaTo(output, 'drain', 'two')
    await output.line('two has 0 buckets, 0 running tasks, listeners lmtp')
    t.diagnostic(`empty after ${Math.round(systemClock.monotonicMs() - startedMs)} ms`)
    await eventually(async () => (await searchHeldBy()) === `one ${SEARCH_BUCKETS}`, 'the other one has all')
    assert.match((await rota('status')).stdout, /^two +draining +worker +0 +0 +0 +lmtp \(lmtp 127\.0\.0\.1:\d+ draining\) /m)
    client.close()
    const { code, stdout, stderr } = await ran
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^[\d:]{8} two has [1-9]\d* buckets, 0 running tasks, listeners http, lmtp, smtp\n[^]*^[\d:]{8} two is gone\n$/m)
    assert.deepEqual(await node('two').ended(), { code: 0, signal: null })
    assert.deepEqual(row((await rota('status')).stdout, 'two').slice(0, 5), ['two', 'stale', '-', '-', '-'])
  })

  test('a node that is gone cannot be drained, and one that never was is asked back', async () => {
    const gone = await rota('drain', 'two')
    assert.equal(gone.code, 1)
    assert.match(gone.stderr, /two/)
    assert.deepEqual(await rota('drain', 'tree'), { code: 5, stdout: '', stderr: 'error: there is no node tree (did you mean three?)\n' })
  })

  test('a node that sleeps drains when it wakes, though the cluster has given it up meanwhile', async () => {
    await start('two', 'worker')
    await eventually(async () => (await searchHeldBy()) === 'one 32, two 32', 'the search lane is shared')
    node('two').signal('SIGSTOP')
    const { code, stdout } = await rota('drain', 'two')
    assert.equal(code, 0)
    assert.match(stdout, /two was not heard of any more; it drains as soon as it comes back\n$/)
    node('two').signal('SIGCONT')
    assert.deepEqual(await node('two').ended(), { code: 0, signal: null })
    await start('two', 'worker')
    await eventually(async () => row((await rota('status')).stdout, 'two')[1] === 'active', 'its next process is not drained')
    assert.deepEqual(row((await rota('status')).stdout, 'two')[1], 'active')
  })

  test('a node is drained by its id, without waiting', async () => {
    const { stdout } = await rota('status', '--json')
    const id = String(stdout.split('\n').filter(Boolean).map(line => JSON.parse(line) as JsonObject).find(({ hostname }) => hostname === 'three')?.['id'])
    assert.deepEqual((await rota('drain', id.replace('node-', ''), '--no-wait')).stdout.slice('00:00:00 '.length), 'three was asked to drain\n')
    assert.deepEqual(await node('three').ended(), { code: 0, signal: null })
  })

  test('the node that answers is drained too: its process shows that it is gone', async () => {
    const { code, stdout, stderr } = await rota('drain', 'one')
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^[\d:]{8} one is gone$/m)
    assert.deepEqual(await node('one').ended(), { code: 0, signal: null })
  })
})
