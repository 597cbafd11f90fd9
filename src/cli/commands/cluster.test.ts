/** `rota cluster …` against objects in memory: what is shown, which node is meant, and when a drained node is gone. */
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import type { Ran } from '../../../test/support/cli.ts'
import { AwaitedClock, Capture, CLI_NOW, runCli } from '../../../test/support/cli.ts'
import { JmapServer, TEST_TOKEN } from '../../../test/support/jmap-server.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'

const LOOK_MS = 500
const SECOND_MS = 1_000
const DRAIN_MS_MAX = 45_000
const SILENCE_MS_MAX = 10_500
const NODE = {
  status: 'active', role: 'mail', draining: false, version: '0.1.0', startedAt: '2025-12-31T23:57:00Z', lastRenewal: CLI_NOW,
  ownedBuckets: { search: 32, spam: 1, acme: 0 }, runningTasks: 2, clockOffset: 4,
  listeners: { http: 'http 127.0.0.1:8080 up', smtp: 'smtp 0.0.0.0:25 up, [::]:25 failed (in use)', lmtp: 'lmtp [::1]:24 failed' },
}
const NODES: readonly JsonObject[] = [
  { id: 'node-2', hostname: 'mx2', ...NODE, role: null, ownedBuckets: { search: 32 }, runningTasks: 0, listeners: {} },
  { id: 'node-1', hostname: 'mx1', ...NODE },
  { id: 'node-3', hostname: 'mx12', status: 'stale', lastRenewal: '2025-12-31T23:00:00Z', duties: {}, listeners: {} },
  { id: 'node-4', hostname: 'mx4', status: 'stale', role: 'mail', ownedBuckets: { search: 3 }, runningTasks: 2, listeners: NODE.listeners },
  { id: 'node-5', hostname: 'old', status: 'inactive', duties: {}, listeners: {} },
]
const FINDING = {
  id: 'laneWithoutNode-acme', severity: 'error', kind: 'laneWithoutNode', subject: 'acme', text: 'nobody works acme\u0007',
  advice: 'start a node with the duty',
}
const WARNING = { ...FINDING, id: 'versionsDiffer-mx2', severity: 'warning', kind: 'versionsDiffer', text: 'mx2 runs 0.0.9', advice: 'update it' }

let server: JmapServer
beforeEach(async () => { server = await JmapServer.start({ objects: { 'x:ClusterNode': NODES } }) })
afterEach(async () => { await server.stop() })

const rota = (...words: readonly string[]): Promise<Ran> => runCli(['cluster', ...words], { server })
const lines = (text: string): string[] => text.split('\n').filter(Boolean)
const node = (id: string): JsonObject => server.table('x:ClusterNode').get(id) ?? {}
const change = (id: string, patch: JsonObject): void => { server.table('x:ClusterNode').set(id, { ...node(id), ...patch }) }
const find = (...findings: readonly JsonObject[]): void => {
  for (const finding of findings) server.table('x:ClusterFinding').set(String(finding['id']), finding)
}

suite('cluster status', () => {
  test('shows who holds and runs how much, and what is not up', async () => {
    const { code, stdout } = await rota('status')
    assert.equal(code, 0)
    assert.deepEqual(lines(stdout).map(line => line.split(/ {2,}/)), [
      ['NODE', 'STATUS', 'ROLE', 'LANES', 'BUCKETS', 'RUNNING', 'LISTENERS', 'STARTED', 'VERSION'],
      ['mx1', 'active', 'mail', '2', '33', '2', 'http, smtp (smtp 0.0.0.0:25 up, [::]:25 failed (in use)), l…', '3m ago', '0.1.0'],
      ['mx2', 'active', '-', '1', '32', '0', '-', '3m ago', '0.1.0'],
      ['mx4', 'stale', '-', '1', '3', '-', '-', '-', '-'],
      ['mx12', 'stale', '-', '-', '-', '-', '-', '-', '-'],
      ['1 inactive node is not shown (`rota query cluster-node` lists them)'],
      ['No findings: the cluster is well.'],
    ])
  })
  test('a line for each finding, and a node that drains is said to', async () => {
    find(FINDING, WARNING)
    change('node-2', { draining: true })
    const { code, stdout } = await rota('status')
    assert.equal(code, 0, 'it is no audit')
    assert.match(stdout, /^mx2 +draining /m)
    assert.match(stdout, /^error: nobody works acme\\u0007\nwarning: mx2 runs 0\.0\.9\n`rota cluster audit` says what to do\n$/m)
  })
  test('--json: every node and finding as the server says it', async () => {
    find(FINDING)
    const { code, stdout } = await rota('status', '--json')
    const said = lines(stdout).map(line => JSON.parse(line) as JsonObject)
    assert.deepEqual([code, said], [0, [
      ...NODES.map(each => ({ '@type': 'ClusterNode', ...each })), { '@type': 'ClusterFinding', ...FINDING },
    ]])
    assert.equal((await rota('status', '--json', '--watch')).code, 2)
  })

  async function watch(stdout: Capture): Promise<{ next(): Promise<void>; end(): Promise<Ran> }> {
    const [clock, signals] = [new AwaitedClock(), new EventEmitter()]
    const looked = clock.waitedFor(SECOND_MS)
    const ran = runCli(['cluster', 'status', '--watch'], { server, clock, stdout, signals })
    await looked
    return {
      next: async () => {
        const again = clock.waitedFor(SECOND_MS)
        await clock.advance(SECOND_MS)
        await again
      },
      end: () => {
        signals.emit('SIGINT')
        return ran
      },
    }
  }
  test('--watch paints a terminal anew each second, and ends on Ctrl-C with 0', async () => {
    const stdout = new Capture(true)
    const { next, end } = await watch(stdout)
    await next()
    assert.equal((await end()).code, 0)
    const paints = stdout.text.split('\u001b[H\u001b[J')
    assert.deepEqual(paints.map(paint => paint.includes('mx1')), [false, true, true])
  })
  test('--watch elsewhere says only what is new: not each heartbeat, and not that time goes by', async () => {
    const stdout = new Capture()
    const { next, end } = await watch(stdout)
    change('node-1', { lastRenewal: '2026-01-01T00:00:01Z', clockOffset: 5 })
    await next()
    change('node-1', { status: 'stale', lastRenewal: '2026-01-01T00:00:01Z' })
    await next()
    await end()
    assert.equal(stdout.text.split('NODE ').length - 1, 2)
    assert.match(stdout.text, /^mx1 +active[^]*^mx1 +stale/m)
    assert.ok(!stdout.text.includes('\u001b'))
  })
  test('--watch waits for a server that is away, and says so once', async () => {
    const stdout = new Capture()
    const { next, end } = await watch(stdout)
    server.intercept = () => ({ status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } })
    await next()
    server.intercept = () => ({ status: 503, body: '' })
    await next()
    server.intercept = () => null
    change('node-1', { runningTasks: 9 })
    await next()
    const { code, stderr } = await end()
    assert.equal(code, 0)
    assert.equal(stderr.split('waiting for it').length - 1, 1)
    assert.match(stdout.text, /^mx1 +active +mail +2 +33 +9 /m, 'it goes on')
  })
})

suite('cluster assignments', () => {
  const owners = { 0: 'node-2', 1: 'node-1', 2: 'node-2', 3: 'node-9' }
  const lane = { id: 'search', name: 'search', duty: 'searchIndexing', buckets: 6, owners, unowned: 2 }
  test('how much each node holds of each lane, and how much nobody does', async () => {
    server.table('x:ClusterLane').set('search', lane)
    server.table('x:ClusterLane').set('spam', { id: 'spam', name: 'spam', duty: 'spamClassifierTraining', buckets: 1, owners: {}, unowned: 1 })
    const { code, stdout } = await rota('assignments')
    assert.equal(code, 0)
    assert.deepEqual(lines(stdout).map(line => line.split(/ {2,}/)), [
      ['LANE', 'DUTY', 'BUCKETS', 'HELD BY'],
      ['search', 'searchIndexing', '6', 'mx1 1, mx2 2, node-9 1, nobody 2'],
      ['spam', 'spamClassifierTraining', '1', 'nobody 1'],
    ])
    const [first = ''] = lines((await rota('assignments', '--json')).stdout)
    assert.deepEqual(JSON.parse(first), lane)
  })
})

suite('cluster audit', () => {
  test('nothing is wrong: 0', async () => {
    assert.deepEqual(await rota('audit'), { code: 0, stdout: 'No findings: the cluster is well.\n', stderr: '' })
    assert.deepEqual(await rota('audit', '--json'), { code: 0, stdout: '', stderr: '' })
  })
  test('a warning is 0, an error is 1; each with what to do', async () => {
    find(WARNING)
    assert.deepEqual(await rota('audit'), { code: 0, stdout: 'warning: mx2 runs 0.0.9\n  → update it\n', stderr: '' })
    find(FINDING)
    const { code, stdout, stderr } = await rota('audit')
    assert.deepEqual([code, stderr], [1, ''])
    assert.match(stdout, /^error: nobody works acme\\u0007\n {2}→ start a node with the duty$/m)
  })
  test('--json: findings as lines, and the verdict as an error', async () => {
    find(WARNING, FINDING)
    const { code, stdout, stderr } = await rota('audit', '--json')
    assert.equal(code, 1)
    assert.deepEqual(lines(stdout).map(line => JSON.parse(line) as JsonObject), [WARNING, FINDING])
    assert.deepEqual(JSON.parse(stderr), { error: { type: 'audit', exitCode: 1, message: '1 of 2 findings are errors' } })
  })
})

suite('cluster drain', () => {
  const asked = (): string[] => server.argsOf('x:ClusterNode/set').flatMap(({ update }) => isJsonObject(update) ? Object.keys(update) : [])

  interface Drain { readonly ran: Promise<Ran>; readonly next: (ms?: number) => Promise<void> }
  async function drain(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Drain> {
    const clock = new AwaitedClock()
    const looked = clock.waitedFor(LOOK_MS)
    const ran = runCli(['cluster', 'drain', ...words], { server, clock, env })
    await looked
    return {
      ran,
      next: async (ms = LOOK_MS) => {
        const again = clock.waitedFor(LOOK_MS)
        await clock.advance(ms)
        await Promise.race([again, ran])
      },
    }
  }

  test('a node is meant by name, id or number', async () => {
    for (const [text, id] of [['mx2', 'node-2'], ['MX2', 'node-2'], ['node-2', 'node-2'], ['2', 'node-2']] as const) {
      change('node-2', { draining: false })
      const { code, stdout } = await rota('drain', text, '--no-wait')
      assert.deepEqual([code, stdout, asked().at(-1)], [0, '00:00:00 mx2 was asked to drain\n', id])
    }
  })
  test('a host name goes before a number, and a node that lives before one that is gone', async () => {
    server.table('x:ClusterNode').set('node-7', { id: 'node-7', hostname: '2', ...NODE })
    await rota('drain', '2', '--no-wait')
    server.table('x:ClusterNode').set('node-6', { id: 'node-6', hostname: 'mx12', ...NODE })
    await rota('drain', 'mx12', '--no-wait')
    assert.deepEqual(asked(), ['node-7', 'node-6'])
  })
  test('a node that is not there: 5, with the one that was meant', async () => {
    assert.deepEqual(await rota('drain', 'mx9', '--no-wait'), { code: 5, stdout: '', stderr: 'error: there is no node mx9 (did you mean mx2?)\n' })
    assert.match((await rota('drain', 'elsewhere')).stderr, /\(`rota cluster status` shows them\)/)
    assert.deepEqual(asked(), [])
  })
  test('what the server refuses is said in its words', async () => {
    server.refuse = () => ({ type: 'invalidProperties', properties: ['draining'], description: 'draining: mx12 is not active' })
    assert.deepEqual(await rota('drain', 'mx12'), { code: 1, stdout: '', stderr: 'error: draining: mx12 is not active\n' })
  })
  test('shows what is left until the node is gone', async () => {
    const { ran, next } = await drain(['mx1'])
    await next()
    change('node-1', { ownedBuckets: { search: 1 }, runningTasks: 1, listeners: { http: 'http 127.0.0.1:8080 draining' } })
    await next()
    change('node-1', { ownedBuckets: {}, runningTasks: 0, listeners: {} })
    await next()
    change('node-1', { status: 'stale', lastRenewal: '2026-01-01T00:00:01Z' })
    await next()
    const { code, stdout } = await ran
    assert.equal(code, 0)
    assert.deepEqual(lines(stdout), [
      '00:00:00 mx1 has 33 buckets, 2 running tasks, listeners http, smtp, lmtp',
      '00:00:01 mx1 has 1 bucket, 1 running task, listeners http',
      '00:00:01 mx1 has 0 buckets, 0 running tasks, no listener',
      '00:00:02 mx1 is gone',
    ])
  })
  test('a node that is given up without having been heard of is not said to be gone', async () => {
    const { ran, next } = await drain(['mx1'])
    change('node-1', { status: 'stale' })
    await next()
    assert.match((await ran).stdout, / mx1 was not heard of any more; it drains as soon as it comes back\n$/)
  })
  test('what the node had when it was asked is shown, even if it is empty at the first look', async () => {
    server.intercept = () => {
      if (asked().length > 0) change('node-1', { ownedBuckets: {}, runningTasks: 0, listeners: {} })
      return null
    }
    const { ran, next } = await drain(['mx1'])
    change('node-1', { status: 'stale', lastRenewal: '2026-01-01T00:00:01Z' })
    await next()
    assert.deepEqual(lines((await ran).stdout).map(line => line.slice('00:00:00 '.length)), [
      'mx1 has 33 buckets, 2 running tasks, listeners http, smtp, lmtp', 'mx1 has 0 buckets, 0 running tasks, no listener', 'mx1 is gone',
    ])
  })
  test('a node that is draining already is not asked again; one that has started anew is gone', async () => {
    change('node-1', { draining: true })
    const { ran, next } = await drain(['mx1', '--json'])
    change('node-1', { draining: false, startedAt: '2026-01-01T00:00:00Z' })
    await next()
    const said = lines((await ran).stdout).map(line => JSON.parse(line) as JsonObject)
    assert.deepEqual(said, [
      { at: CLI_NOW, event: 'draining', id: 'node-1', hostname: 'mx1', buckets: 33, running: 2, listeners: ['http', 'smtp', 'lmtp'] },
      { at: CLI_NOW, event: 'gone', id: 'node-1', hostname: 'mx1' },
    ])
    assert.deepEqual(asked(), [])
  })
  test('a node that hangs is a failure that says what it still has', async () => {
    const { ran, next } = await drain(['mx1'])
    await next(DRAIN_MS_MAX)
    const { code, stderr } = await ran
    assert.equal(code, 1)
    assert.match(stderr, /^error: mx1 still has 33 buckets, 2 running tasks, listeners http, smtp, lmtp after 45 s \(look at its log; /)
  })
  test('nobody answers any more: gone when it was the node itself and its process is gone, hanging while that runs, else nobody knows', async t => {
    const folder = await mkdtemp(join(tmpdir(), 'rota-drain-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    const { pid: gone } = spawnSync(process.execPath, ['--version'])
    const unknown = /whether it did[^]*ask another one/
    const cases = [
      ['mx1', gone, 0, LOOK_MS, /mx1 is gone\n$/], ['mx1', process.pid, 1, DRAIN_MS_MAX, /mx1 still runs, and does not answer, after 45 s/],
      ['mx2', gone, 3, SILENCE_MS_MAX, unknown], [null, gone, 3, SILENCE_MS_MAX, unknown],
    ] as const
    for (const [hostname, pid, code, ms, said] of cases) {
      server.intercept = () => null
      change('node-1', { draining: false })
      await writeFile(join(folder, 'node.json'), JSON.stringify({ pid, hostname, url: server.url, token: TEST_TOKEN }), { mode: 0o600 })
      const { ran, next } = await drain(['mx1'], { ROTA_DATA_DIR: folder })
      server.intercept = () => ({ status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } })
      await next(ms)
      const result = await ran
      assert.equal(result.code, code, result.stderr)
      assert.match(result.stdout + result.stderr, said)
    }
  })
})
