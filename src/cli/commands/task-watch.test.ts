import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, suite, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import type { Ran } from '../../../test/support/cli.ts'
import { AwaitedClock, Capture, runCli } from '../../../test/support/cli.ts'
import { JmapServer } from '../../../test/support/jmap-server.ts'
import { byId, diffTasks } from './watch-diff.ts'

const INTERVAL_MS = 1_000
const task = (id: string, status: JsonObject): JsonObject => ({ id, '@type': 'StoreMaintenance', due: status['due'] ?? null, status })
const pending = (id: string) => task(id, { '@type': 'Pending', due: '2026-01-01T00:03:00Z' })
const RETRY = { '@type': 'Retry', due: '2026-01-01T00:01:00Z', attemptNumber: 1, failureReason: 'no\u0007 luck' }

let server: JmapServer
beforeEach(async () => { server = await JmapServer.start({ objects: { 'x:Task': [pending('t1')] } }) })
afterEach(async () => { await server.stop() })

interface Watch {
  readonly ran: Promise<Ran>
  readonly stdout: Capture
  readonly signals: EventEmitter
  /** Lets one interval pass and resolves when the next look is over. */
  readonly next: () => Promise<void>
}

/** Resolves after the first look. */
async function watch(...words: readonly string[]): Promise<Watch> {
  const clock = new AwaitedClock()
  const stdout = new Capture()
  const signals = new EventEmitter()
  const looked = clock.waitedFor(INTERVAL_MS)
  const ran = runCli(['task', 'watch', ...words], { server, clock, stdout, signals })
  await looked
  return {
    ran, stdout, signals,
    next: async () => {
      const again = clock.waitedFor(INTERVAL_MS)
      await clock.advance(INTERVAL_MS)
      await Promise.race([again, ran])
    },
  }
}
const lines = (text: string): string[] => text.split('\n').filter(Boolean)

suite('diff', () => {
  const look = (...tasks: JsonObject[]) => byId(tasks)
  test('new, changed, gone', () => {
    const before = look(pending('a'), pending('b'), pending('c'))
    const now = look(pending('a'), task('b', RETRY), pending('d'))
    assert.deepEqual(diffTasks(before, now).map(event => [event.kind, event.task['id']]), [['changed', 'b'], ['new', 'd'], ['gone', 'c']])
  })
  test('the order of members is no change', () => {
    const one = task('a', { '@type': 'Pending', due: 'x' })
    const other = task('a', { due: 'x', '@type': 'Pending' })
    assert.deepEqual(diffTasks(look(one), look(other)), [])
  })
})

suite('watch', () => {
  test('shows what is new, changes and goes, and ends on Ctrl-C with 0', async () => {
    const { ran, stdout, signals, next } = await watch()
    server.table('x:Task').set('t1', task('t1', RETRY))
    server.table('x:Task').set('t2', pending('t2'))
    await next()
    server.table('x:Task').delete('t1')
    await next()
    signals.emit('SIGINT')
    assert.equal((await ran).code, 0)
    assert.deepEqual(lines(stdout.text), [
      '00:00:00 + t1 StoreMaintenance Pending, due in 3m',
      '00:00:01 ~ t1 StoreMaintenance Pending → Retry, due in 59s, attempt 1, no\\u0007 luck',
      '00:00:01 + t2 StoreMaintenance Pending, due in 3m',
      '00:00:02 - t1 StoreMaintenance gone',
    ])
    assert.deepEqual(signals.eventNames(), [])
  })
  test('follows a task that no longer meets the condition until it is gone', async () => {
    server.table('x:Task').set('f1', task('f1', { '@type': 'Failed' }))
    const { ran, stdout, signals, next } = await watch('--where', 'status=Failed')
    server.table('x:Task').set('f1', pending('f1'))
    await next()
    server.table('x:Task').delete('f1')
    await next()
    signals.emit('SIGTERM')
    await ran
    assert.deepEqual(lines(stdout.text).map(line => line.slice(9)), [
      '+ f1 StoreMaintenance Failed', '~ f1 StoreMaintenance Failed → Pending, due in 3m', '- f1 StoreMaintenance gone',
    ])
  })
  test('shows what runs where, and how far it is', async () => {
    const { ran, stdout, signals, next } = await watch('t1')
    const running = { node: 'mx1', since: '2026-01-01T00:00:00Z', progress: '40 of 90', requested: null }
    server.table('x:Task').set('t1', { ...pending('t1'), running })
    await next()
    server.table('x:Task').set('t1', { ...pending('t1'), running: { ...running, requested: 'cancel' } })
    await next()
    signals.emit('SIGINT')
    await ran
    assert.match(stdout.text, /~ t1 StoreMaintenance Pending, running on mx1 \(40 of 90\), due in 3m\n/)
    assert.match(stdout.text, /running on mx1 \(40 of 90\) asked to stop for cancel, due in 3m\n$/)
  })
  test('--until-empty ends when nothing is left, also for ids', async () => {
    for (const words of [[], ['t1']]) {
      server.table('x:Task').set('t1', pending('t1'))
      const { ran, next } = await watch('--until-empty', '--json', ...words)
      server.table('x:Task').delete('t1')
      await next()
      const { code, stdout } = await ran
      assert.equal(code, 0)
      const events = lines(stdout).map(line => JSON.parse(line) as JsonObject)
      assert.deepEqual(events.map(event => [event['event'], event['id'], event['at']]),
        [['new', 't1', '2026-01-01T00:00:00Z'], ['gone', 't1', '2026-01-01T00:00:01Z']])
    }
  })
  test('waits for a server that is away, and says so once', async () => {
    const { ran, next } = await watch('--until-empty')
    let answer: { status: number; body: string; headers: Record<string, string> } | null =
      { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }
    server.intercept = () => answer
    await next()
    await next()
    answer = null
    server.table('x:Task').delete('t1')
    await next()
    const { code, stderr, stdout } = await ran
    assert.equal(code, 0)
    assert.equal(lines(stderr).filter(line => line.includes('waiting for it')).length, 1)
    assert.match(stdout, /- t1 StoreMaintenance gone/)
  })
  test('a server that refuses ends it', async () => {
    const { ran, next } = await watch()
    server.forbidden.add('x:Task/query')
    await next()
    const { code, stderr } = await ran
    assert.equal(code, 1)
    assert.match(stderr, /forbidden/)
  })
  test('refusals', async () => {
    assert.match((await runCli(['task', 'watch', '--interval', '1'], { server })).stderr, /--interval 1: not valid/)
    assert.match((await runCli(['task', 'watch', 't1', '--where', 'status=Failed'], { server })).stderr, /exclude each other/)
  })
})
