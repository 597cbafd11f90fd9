/** The first complete path: mail in over a real socket, a task in the same transaction, a node whose role allows it, found by a word. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTransport } from 'nodemailer'
import type { JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { withFaultyIndex } from '../support/faulty-index.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'

const JANE = { name: 'jane@example.org', password: 'a long secret' }

/** The object under a key of a reply. */
function member(of: JsonObject | undefined, key: string): JsonObject {
  const found = of?.[key]
  assert.ok(isJsonObject(found), JSON.stringify(of))
  return found
}
function createdId(reply: JsonObject | undefined, creationId: string): string {
  return String(member(member(reply, 'created'), creationId)['id'])
}

/** A domain and an account; the account's id. */
async function settle(node: TestServer): Promise<string> {
  const created = (result: JsonObject | undefined): string => createdId(result, 'n')
  const [domain] = await node.call([['x:Domain/set', { create: { n: { name: 'example.org' } } }]])
  const credentials = { 0: { '@type': 'Password', secret: JANE.password } }
  const [account] = await node.call([['x:Account/set', { create: { n: { '@type': 'User', name: 'jane', domainId: created(domain), credentials } } }]])
  return created(account)
}

async function deliver(node: TestServer, subject: string, text: string): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: node.port('smtp'), tls: { rejectUnauthorized: false } })
  try {
    await transport.sendMail({ from: 'bob@elsewhere.example', to: JANE.name, subject, text })
  } finally {
    transport.close()
  }
}

async function found(node: TestServer, accountId: string, text: string): Promise<readonly unknown[]> {
  const [reply] = await node.call([['Email/query', { accountId, filter: { text } }]], JANE)
  assert.ok(Array.isArray(reply?.['ids']), JSON.stringify(reply))
  return reply['ids']
}

async function tasks(node: TestServer, filter: JsonObject = {}): Promise<JsonObject[]> {
  const [, reply] = await node.call([['x:Task/query', { filter }], ['x:Task/get', { '#ids': { resultOf: '0', name: 'x:Task/query', path: '/ids' } }]])
  return reply?.['list'] as unknown as JsonObject[]
}

/** The trace of a message is written a moment after the message, with a task of its own: only then is all of it there. */
async function traced(node: TestServer, text: string): Promise<void> {
  await eventually(async () => {
    const [reply] = await node.call([['x:Trace/query', { filter: { text } }]])
    return Array.isArray(reply?.['ids']) && reply['ids'].length === 1
  }, 'the trace is found')
}

test('a delivered message is found by a word of its body in another form, and no task is left', async () => {
  await using node = await startServer()
  const accountId = await settle(node)
  await deliver(node, 'Garden', 'The hedgehogs were jumping over the fence.')
  const ids = await eventually(async () => {
    const list = await found(node, accountId, 'hedgehog jumps')
    return list.length > 0 && list
  }, 'the message is found')
  assert.equal(ids.length, 1)
  assert.deepEqual(await found(node, accountId, 'walrus'), [])
  await traced(node, 'elsewhere.example')
  await eventually(async () => (await tasks(node)).length === 0, 'the tasks are gone')
})

test('destroying a message takes it out of the index', async () => {
  await using node = await startServer()
  const accountId = await settle(node)
  await deliver(node, 'Garden', 'A walrus.')
  const [id] = await eventually(async () => {
    const list = await found(node, accountId, 'walrus')
    return list.length > 0 && list
  }, 'the message is found')
  await node.call([['Email/set', { accountId, destroy: [String(id)] }]], JANE)
  await eventually(async () => (await tasks(node)).length === 0, 'the task is gone')
  assert.equal(await node.store.read(tx => tx.search.has({ accountId, collection: 'Email', id: String(id) })), false)
})

test('a failing task counts up to Failed by the settings of the moment, and runs again when it is set to Pending', async () => {
  let broken = true
  await using node = await startServer({ wrap: store => withFaultyIndex(store, () => broken) })
  const accountId = await settle(node)
  const settings = { maxAttempts: 2, strategy: { '@type': 'FixedDelay', delay: 1 } }
  const [updated] = await node.call([['x:TaskManager/set', { update: { singleton: settings } }]])
  assert.deepEqual(updated?.['updated'], { singleton: null })
  await deliver(node, 'Garden', 'A walrus.')
  const [failed] = await eventually(async () => {
    const list = await tasks(node, { status: 'Failed' })
    return list.length > 0 && list
  }, 'the task has failed')
  const status = member(failed, 'status')
  assert.deepEqual([status['@type'], status['failedAttemptNumber'], status['failureReason']], ['Failed', 2, 'the index is broken'])
  const runs = await eventually(async () => {
    const list = await node.store.read(tx => tx.runs.query({ taskId: String(failed?.['id']) }, { ascending: false, limit: 10 }))
    return list.length === 3 && list
  }, 'the history has three runs')
  assert.deepEqual(runs.map(run => run.outcome), ['failed', 'retry', 'retry'])
  assert.deepEqual(await found(node, accountId, 'walrus'), [])

  broken = false
  const [retried] = await node.call([['x:Task/set', { update: { [String(failed?.['id'])]: { status: { '@type': 'Pending' } } } }]])
  assert.equal(isJsonObject(retried?.['notUpdated']), false, JSON.stringify(retried))
  await eventually(async () => (await found(node, accountId, 'walrus')).length === 1, 'the message is found')
})

test('a task that is due later waits, can be moved to now, and can be destroyed', async () => {
  await using node = await startServer()
  const accountId = await settle(node)
  await deliver(node, 'Garden', 'A walrus.')
  const [documentId] = await eventually(async () => {
    const list = await found(node, accountId, 'walrus')
    return list.length > 0 && list
  }, 'the message is found')
  const later = { '@type': 'IndexDocument', accountId, documentId: String(documentId), documentType: 'email', status: { '@type': 'Pending', due: '2999-01-01T00:00:00Z' } }
  const [first] = await node.call([['x:Task/set', { create: { a: later } }]])
  const id = createdId(first, 'a')
  assert.equal((await tasks(node)).length, 1)
  await node.call([['x:Task/set', { update: { [id]: { 'status/due': '2020-01-01T00:00:00Z' } } }]])
  await eventually(async () => (await tasks(node)).length === 0, 'it ran')
  await node.call([['x:Task/set', { create: { a: later } }]])
  const [waiting] = await tasks(node)
  const [gone] = await node.call([['x:Task/set', { destroy: [String(waiting?.['id'])] }]])
  assert.deepEqual(gone?.['destroyed'], [String(waiting?.['id'])])
  assert.deepEqual(await tasks(node), [])
})
