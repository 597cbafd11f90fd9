/** `x:Task/bulk` and `x:TaskFailure` over HTTP, as a client in any language meets them, on a node whose tasks run meanwhile. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { NodeProcess } from '../support/node-process.ts'
import { ADMIN_PASSWORD, eventually } from '../support/server.ts'
import { basic, member, Wire } from './wire.ts'

const TASKS = 300

suite('bulk changes of tasks', () => {
  let node: NodeProcess
  let wire: Wire
  let accountId: string
  before(async () => {
    node = await NodeProcess.start()
    wire = new Wire(node.port('http'), basic('admin', ADMIN_PASSWORD))
    const { ids } = await wire.call('x:Account/query', {})
    accountId = String((ids as readonly Json[])[0])
  })
  after(async () => { await node[Symbol.asyncDispose]() })

  const bulk = (args: JsonObject) => wire.call('x:Task/bulk', args)
  const make = async (prefix: string, status: JsonObject): Promise<void> => {
    const create = Object.fromEntries(Array.from({ length: TASKS }, (_, n) => [`n${n}`, {
      '@type': 'IndexDocument', accountId, documentId: `${prefix}${n}`, documentType: 'email', status,
    }]))
    assert.equal(Object.keys(member(await wire.call('x:Task/set', { create }), 'created')).length, TASKS)
  }
  const parked = (failureReason: string) => ({ '@type': 'Failed', failureReason })
  const groupOf = async (reason: string): Promise<string> => {
    const { list } = await wire.call('x:TaskFailure/get', { ids: null })
    return String((list as readonly JsonObject[]).find(each => each['reason'] === reason)?.['id'])
  }

  test('what it cannot take is refused by name, and nothing is done', async () => {
    await make('bad', parked('bad input 1'))
    const filter = { failure: await groupOf('bad input <n>') }
    const cases: readonly JsonObject[] = [
      {}, { filter }, { action: 'explode', filter }, { action: ['retry'], filter }, { action: 'retry' }, { action: 'retry', filter: 'status=Failed' },
      { action: 'retry', filter: {} }, { action: 'retry', filter: { size: 1 } }, { action: 'retry', filter: { failure: 7 } },
      { action: 'retry', filter: { operator: 'NOT', conditions: [filter] } }, { action: 'destroy', filter: { status: 'Broken' } },
      { action: 'reschedule', filter }, { action: 'reschedule', filter, due: 'soon' }, { action: 'retry', filter, due: '2999-01-01T00:00:00Z' },
      { action: 'destroy', filter, dryRun: 'yes' }, { action: 'destroy', filter, dryRun: 1 }, { action: 'destroy', filter, expect: '3' },
      { action: 'destroy', filter, expect: 0.5 }, { action: 'destroy', filter, expect: TASKS - 1 },
      { action: 'destroy', filter, cursor: '' }, { action: 'destroy', filter, cursor: '../..' }, { action: 'park', filter, reason: { a: 1 } },
      { action: 'park', filter, reason: 'x'.repeat(1_001) },
    ]
    for (const args of cases) {
      const refusal = await wire.refusal('x:Task/bulk', args)
      assert.match(JSON.stringify(refusal), /invalidArguments|unsupportedFilter|stateMismatch/, JSON.stringify(args))
    }
    assert.equal((await bulk({ action: 'destroy', filter, dryRun: true }))['matched'], TASKS)
    assert.equal((await bulk({ action: 'destroy', filter, expect: TASKS }))['changed'], TASKS)
  })

  test('callers at the same time share the work: each task is changed once', async () => {
    await make('same', parked('at the same time'))
    const filter = { failure: await groupOf('at the same time') }
    const replies = await Promise.all(Array.from({ length: 4 }, () => bulk({ action: 'destroy', filter })))
    assert.equal(replies.reduce((sum, reply) => sum + Number(reply['changed']), 0), TASKS)
    assert.equal((await bulk({ action: 'destroy', filter, dryRun: true }))['matched'], 0)
  })

  test('tasks that run while it goes over them are done once, or not at all', async () => {
    await make('run', { '@type': 'Pending' })
    const calls: JsonObject[] = []
    for (const action of ['park', 'retry', 'park', 'retry', 'retry']) calls.push(await bulk({ action, filter: { lane: 'search' } }))
    for (const { matched, changed, requested, unchanged, refused } of calls) {
      assert.equal(Number(matched), Number(changed) + Number(requested) + Number(unchanged) + Number(refused))
      assert.equal(refused, 0)
    }
    await eventually(async () => (await bulk({ action: 'retry', filter: { lane: 'search' } }))['matched'] === 0, 'all of them have run')
  })

  test('a group of failures goes with its last task', async () => {
    await make('group', parked('host 10.0.0.3 is away'))
    const id = await groupOf('host <address> is away')
    const { list } = await wire.call('x:TaskFailure/get', { ids: [id] })
    const [group] = list as readonly JsonObject[]
    assert.deepEqual([group?.['variant'], group?.['count'], group?.['example'], group?.['accountIds']], ['IndexDocument', TASKS, 'host 10.0.0.3 is away', { [accountId]: true }])
    await bulk({ action: 'destroy', filter: { failure: id } })
    assert.deepEqual((await wire.call('x:TaskFailure/get', { ids: [id] }))['notFound'], [id])
    assert.match(JSON.stringify(await wire.call('x:TaskFailure/set', { destroy: [id] })), /forbidden/)
  })
})
