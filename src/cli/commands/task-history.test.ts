/** history and failures: what is asked of the server for each option, and what is shown. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import type { Ran } from '../../../test/support/cli.ts'
import { runCli } from '../../../test/support/cli.ts'
import { JmapServer } from '../../../test/support/jmap-server.ts'
import type { JsonObject } from '../../base/json.ts'

const run = (id: string, more: JsonObject): JsonObject => ({
  id, taskId: 't1', parentId: null, variant: 'IndexDocument', accountId: 'a1', node: 'node-1', outcome: 'done', startedAt: '2025-12-31T12:00:00Z', ...more,
})
const OBJECTS = {
  'x:TaskRun': [
    run('r1', {}), run('r2', { taskId: 't2', parentId: 'p1', outcome: 'retry' }), run('r3', { node: 'node-2', startedAt: '2025-12-01T00:00:00Z' }),
    run('r4', { variant: 'StoreMaintenance', accountId: 'a2', outcome: 'failed' }),
  ],
  'x:TaskRunCount': [
    { id: 'c1', hour: '2025-12-31T23:00:00Z', variant: 'IndexDocument', node: 'node-1', outcome: 'done', runs: 12_000, meanDuration: 40 },
    { id: 'c2', hour: '2025-12-31T22:00:00Z', variant: 'IndexDocument', node: 'node-2', outcome: 'failed', runs: 3, meanDuration: 1_500 },
    { id: 'c3', hour: '2025-12-01T00:00:00Z', variant: 'StoreMaintenance', node: 'node-1', outcome: 'done', runs: 1, meanDuration: 10 },
  ],
  'x:TaskFailure': [
    { id: 'f1', variant: 'IndexDocument', reason: 'it broke at <n>', count: 40, newest: '2025-12-31T00:00:00Z' },
    { id: 'f2', variant: 'StoreMaintenance', reason: 'no disk', count: 2, newest: '2025-12-31T00:00:00Z' },
  ],
}

let server: JmapServer
beforeEach(async () => { server = await JmapServer.start({ objects: OBJECTS }) })
afterEach(async () => { await server.stop() })

const rota = (...words: readonly string[]): Promise<Ran> => runCli(['task', ...words], { server })
const idsOf = ({ stdout }: Ran) => stdout.split('\n').filter(Boolean).map(line => (JSON.parse(line) as JsonObject)['id'])
/** The server knows the objects of the tests, but for these. */
const without = async (...names: readonly string[]) => {
  const objects = Object.entries(API_SCHEMA['objects'] as JsonObject).filter(([name]) => !names.includes(name))
  const older = await JmapServer.start({ schema: { ...API_SCHEMA, objects: Object.fromEntries(objects) } })
  return { rota: (...words: readonly string[]) => runCli(['task', ...words], { server: older }), stop: () => older.stop() }
}

suite('history', () => {
  test('each option is a condition, and all must hold', async () => {
    const cases: readonly [readonly string[], readonly string[], JsonObject][] = [
      [[], ['r1', 'r2', 'r3', 'r4'], {}],
      [['t2'], ['r2'], { taskId: 't2' }],
      [['--type', 'store-maintenance'], ['r4'], { variant: 'StoreMaintenance' }],
      [['--account', 'a2'], ['r4'], { accountId: 'a2' }],
      [['--parent', 'p1'], ['r2'], { parentId: 'p1' }],
      [['--node', 'node-2'], ['r3'], { node: 'node-2' }],
      [['--outcome', 'failed'], ['r4'], { outcome: 'failed' }],
      [['--since', '-1d'], ['r1', 'r2', 'r4'], { startedAtIsGreaterThanOrEqual: '2025-12-31T00:00:00Z' }],
      [['--until', '2025-12-31'], ['r3'], { startedAtIsLessThan: '2025-12-31T00:00:00Z' }],
      [['t1', '--type', 'index-document', '--node', 'node-1', '--outcome', 'done', '--since', '-1d', '--until', '+0s'], ['r1'], {
        taskId: 't1', variant: 'IndexDocument', node: 'node-1', outcome: 'done',
        startedAtIsGreaterThanOrEqual: '2025-12-31T00:00:00Z', startedAtIsLessThan: '2026-01-01T00:00:00Z',
      }],
    ]
    for (const [words, ids, filter] of cases) {
      assert.deepEqual(idsOf(await rota('history', ...words, '--json')), ids, words.join(' '))
      assert.deepEqual(server.argsOf('x:TaskRun/query').at(-1)?.['filter'], filter)
    }
  })

  test('a table for people, of as many as they want', async () => {
    const { code, stdout, stderr } = await rota('history', '--limit', '2')
    assert.equal(code, 0)
    assert.match(stdout, /^ID +STARTEDAT +VARIANT +OUTCOME\nr1 +12h ago +IndexDocument +done\nr2 +12h ago +IndexDocument +retry\n$/)
    assert.match(stderr, /2 of 4 shown/)
    assert.match((await rota('history', 'nobody')).stderr, /no TaskRuns found/)
  })

  test('--counts shows how many ended in each hour', async () => {
    const { stdout } = await rota('history', '--counts', '--since', '-1d')
    assert.match(stdout, /^ID +HOUR +VARIANT +OUTCOME +RUNS +MEANDURATION\nc1 +1h ago +IndexDocument +done +12000 +40ms\nc2 +2h ago +IndexDocument +failed +3 +1s500ms\n$/)
    const cases: readonly [readonly string[], readonly string[]][] = [
      [[], ['c1', 'c2', 'c3']], [['--type', 'store-maintenance'], ['c3']], [['--node', 'node-2'], ['c2']], [['--outcome', 'failed'], ['c2']],
      [['--until', '2025-12-02'], ['c3']], [['--since', '2025-12-31T22:00:00Z', '--until', '2025-12-31T23:00:00Z', '--limit', '5'], ['c2']],
    ]
    for (const [words, ids] of cases) assert.deepEqual(idsOf(await rota('history', '--counts', ...words, '--json')), ids, words.join(' '))
    assert.equal(server.argsOf('x:TaskRun/query').length, 0)
  })

  test('refuses what no count is about, what is no value, and a server without a history', async () => {
    for (const words of [['t1'], ['--account', 'a1'], ['--parent', 'p1']]) {
      const { code, stderr } = await rota('history', '--counts', ...words)
      assert.equal(code, 2)
      assert.match(stderr, /--counts is of all tasks of a kind \(leave out the id, --account and --parent\)/)
    }
    for (const words of [['--since', 'yesterday'], ['--outcome', 'great'], ['--type', 'nothing'], ['--limit', 'x']]) {
      assert.equal((await rota('history', ...words)).code, 2, words.join(' '))
    }
    assert.deepEqual(server.calls, [])
    const older = await without('x:TaskRun', 'x:TaskRunCount')
    assert.match((await older.rota('history')).stderr, /this server keeps no history of tasks/)
    assert.match((await older.rota('history', '--counts')).stderr, /this server does not count runs/)
    await older.stop()
  })
})

suite('failures', () => {
  test('are shown by group, of one kind or all, as many as are wanted', async () => {
    assert.match((await rota('failures')).stdout, /^ID +COUNT +VARIANT +REASON\nf1 +40 +IndexDocument +it broke at <n>\nf2 +2 +StoreMaintenance +no disk\n$/)
    assert.deepEqual(idsOf(await rota('failures', '--type', 'store-maintenance', '--json')), ['f2'])
    assert.deepEqual(server.argsOf('x:TaskFailure/query').at(-1)?.['filter'], { variant: 'StoreMaintenance' })
    assert.deepEqual(idsOf(await rota('failures', '--limit', '1', '--json')), ['f1'])
    assert.match((await rota('failures', '--limit', '1')).stderr, /1 of 2 shown/)
  })

  test('refuses a kind that there is not, and a server that does not group', async () => {
    const { code, stderr } = await rota('failures', '--type', 'nothing')
    assert.equal(code, 2)
    assert.match(stderr, /nothing/)
    const older = await without('x:TaskFailure')
    assert.match((await older.rota('failures')).stderr, /this server does not group failed tasks/)
    await older.stop()
  })
})
