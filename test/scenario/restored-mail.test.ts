/** Destroyed mail on a whole node: its owner finds it in the archive and gets it back, and within its quota only. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isJsonObject, type JsonObject } from '../../src/base/json.ts'
import { list, update } from '../support/api-call.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { eventually, startServer } from '../support/server.ts'
import type { TestServer } from '../support/server.ts'

describe('destroyed mail', () => {
  let node: TestServer
  let jane: string
  before(async () => {
    node = await startServer()
    jane = await createJane(node)
    await update(node, 'DataRetention', 'singleton', { archiveDeletedItemsFor: '30d' })
    const client = await LmtpClient.open(node.port('lmtp'))
    await client.deliver(JANE.name, 'The heron', 'A heron stands in the reeds.')
    client.close()
    await drained(node)
  })
  after(() => node.stop())

  async function destroyAll(): Promise<void> {
    const [, reply] = await node.call([
      ['Email/query', { accountId: jane }],
      ['Email/set', { accountId: jane, '#destroy': { resultOf: '0', name: 'Email/query', path: '/ids' } }],
    ], JANE)
    assert.ok(Array.isArray(reply?.['destroyed']) && reply['destroyed'].length === 1, JSON.stringify(reply))
    await drained(node)
  }
  const janesArchive = async (): Promise<JsonObject[]> => {
    const [, reply] = await node.call([
      ['x:ArchivedItem/query', { filter: { text: 'heron' } }],
      ['x:ArchivedItem/get', { '#ids': { resultOf: '0', name: 'x:ArchivedItem/query', path: '/ids' } }],
    ], JANE)
    return Array.isArray(reply?.['list']) ? reply['list'].filter(isJsonObject) : []
  }
  const request = (id: unknown) => node.call([['x:ArchivedItem/set', { update: { [String(id)]: { status: 'requestRestore' } } }]], JANE)

  test('is found by its owner, brought back by a task, and found as mail again', async () => {
    await destroyAll()
    assert.deepEqual(await found(node, jane, 'heron'), [])
    const [item] = await janesArchive()
    assert.equal(item?.['subject'], 'The heron')
    await request(item?.['id'])
    await eventually(async () => (await janesArchive()).length === 0, 'the message is back')
    await drained(node)
    assert.deepEqual(await found(node, jane, 'heron'), ['The heron'])
  })

  test('stays in the archive when there is no room, and comes back when there is', async () => {
    await destroyAll()
    await update(node, 'Account', jane, { quotas: { maxDiskQuota: 10 } })
    const [item] = await janesArchive()
    await request(item?.['id'])
    const failed = await eventually(async () => (await list(node, 'Task', { status: 'Failed' }))[0], 'the restoration is given up')
    assert.match(JSON.stringify(failed['status']), /of 10 bytes/)
    assert.equal((await janesArchive()).length, 1)
    await update(node, 'Account', jane, { quotas: {} })
    await update(node, 'Task', String(failed['id']), { status: { '@type': 'Pending' } })
    await eventually(async () => (await janesArchive()).length === 0, 'the message is back')
  })
})
