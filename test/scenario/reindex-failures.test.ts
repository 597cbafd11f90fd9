/** Documents that cannot be indexed: their reindex says so, leads to them, and ends when they are mended and retried by the command line. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { isJsonObject, type JsonObject } from '../../src/base/json.ts'
import { EMAIL } from '../../src/services/mailstore/mailstore.ts'
import { create, list } from '../support/api-call.ts'
import { runCli } from '../support/cli.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { ADMIN_PASSWORD, eventually, startServer, type TestServer } from '../support/server.ts'

const MISSING_BLOB = 'x'.repeat(43)

async function rota(node: TestServer, ...words: string[]): Promise<string> {
  const ran = await runCli(words, {
    clock: systemClock, env: { ROTA_URL: `http://127.0.0.1:${node.port('http')}`, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD },
  })
  assert.equal(ran.code, 0, ran.stderr)
  return ran.stdout
}

/** Replaces the blobs of messages; returns what they were. */
async function replaceBlobs(node: TestServer, accountId: string, blobs: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  return node.store.transact(async ({ documents }) => {
    const before = new Map<string, string>()
    for (const { id, body } of await documents.get(accountId, EMAIL, [...blobs.keys()])) {
      before.set(id, String(body['blobId']))
      await documents.put(accountId, EMAIL, id, { ...body, blobId: blobs.get(id) ?? '' }, [{ name: 'all', value: '', sort: Number(body['receivedAt']) }])
    }
    return before
  })
}

test('the parts that have failed are found by their parent, and retried alone', async () => {
  await using node = await startServer()
  const jane = await createJane(node)
  const client = await LmtpClient.open(node.port('lmtp'))
  for (const bird of ['heron', 'egret', 'stork', 'crane']) await client.deliver(JANE.name, bird, `A ${bird} stands in the reeds.`)
  client.close()
  await drained(node)
  const ids = await node.store.read(tx => tx.documents.list(jane, EMAIL, 10))
  const blobs = await replaceBlobs(node, jane, new Map(ids.slice(0, 2).map(id => [id, MISSING_BLOB])))

  const [parent = ''] = await create(node, 'Task', { '@type': 'AccountMaintenance', accountId: jane, maintenanceType: 'reindex' })
  const statusOf = (task: JsonObject | undefined): JsonObject => isJsonObject(task?.['status']) ? task['status'] : {}
  const parentFailed = async (reason: RegExp): Promise<JsonObject> => eventually(async () => (await list(node, 'Task', { status: 'Failed' }))
    .find(task => task['id'] === parent && reason.test(String(statusOf(task)['failureReason']))), `the parent says ${String(reason)}`)
  const { parts } = await parentFailed(/^2 of 4 parts failed/)
  assert.deepEqual(isJsonObject(parts) && [parts['total'], parts['done'], parts['failed'], parts['waiting']], [4, 2, 2, 0])
  const failed = await list(node, 'Task', { parentId: parent, status: 'Failed' })
  assert.deepEqual(new Set(failed.map(task => task['documentId'])), new Set(ids.slice(0, 2)))
  assert.match(String(statusOf(failed[0])['failureReason']), /missing/)

  // One of the two is mended; only what has failed runs again.
  const runs = () => node.store.read(async tx => (await tx.runs.query({ variant: 'IndexDocument', outcome: 'failed' }, { ascending: true, limit: 100 })).length)
  const [first = ''] = ids
  await replaceBlobs(node, jane, new Map([[first, blobs.get(first) ?? '']]))
  await eventually(async () => await runs() === 2, 'both failures are in the history')
  assert.match(await rota(node, 'task', 'retry', '--where', `parentId=${parent}`, '--where', 'status=Failed', '--yes'), /\b2\b/)
  await rota(node, 'task', 'retry', parent)
  await parentFailed(/^1 of 4 parts failed/)
  await eventually(async () => await runs() === 3, 'one has failed again')

  await replaceBlobs(node, jane, blobs)
  await rota(node, 'task', 'retry', '--where', `parentId=${parent}`, '--where', 'status=Failed', '--yes')
  await rota(node, 'task', 'retry', parent)
  await drained(node)
  assert.deepEqual(await found(node, jane, 'heron'), ['heron'])
})
