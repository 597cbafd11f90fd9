/** Training samples through the API of a node: whose they are, what they keep, and what is refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { create, list } from '../support/api-call.ts'
import { plainMail } from '../support/mail-samples.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

const JANE = { name: 'jane@localhost', password: 'a long enough word' }

async function upload(node: TestServer, accountId: string, content: Uint8Array, { name, password } = { name: 'admin', password: ADMIN_PASSWORD }): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${node.port('http')}/jmap/upload/${accountId}/`, {
    method: 'POST', body: new Uint8Array(content), headers: { 'content-type': 'message/rfc822', authorization: `Basic ${btoa(`${name}:${password}`)}` },
  })
  assert.ok(response.ok, `${response.status}`)
  return String(((await response.json()) as JsonObject)['blobId'])
}

async function refused(node: TestServer, body: JsonObject, login?: typeof JANE): Promise<JsonObject> {
  const [reply = {}] = await node.call([['x:SpamTrainingSample/set', { create: { a: body } }]], login)
  const error = (reply['notCreated'] as JsonObject | undefined)?.['a']
  assert.ok(error, JSON.stringify(reply))
  return error as JsonObject
}

test('samples come from uploaded messages, one for each, and belong to an account', async () => {
  await using node = await startServer()
  const [admin = {}] = await list(node, 'Account', { text: 'admin' })
  const [adminId, domainId] = [String(admin['id']), String(admin['domainId'])]
  const [janeId = ''] = await create(node, 'Account', {
    '@type': 'User', name: 'jane', domainId, credentials: { 0: { '@type': 'Password', secret: JANE.password } },
  })

  const blobId = await upload(node, adminId, plainMail('Buy it now', { subject: 'Cheap', from: 'Eve <eve@spam.example>' }))
  const [id = ''] = await create(node, 'SpamTrainingSample', { blobId, isSpam: true })
  const [sample = {}] = await list(node, 'SpamTrainingSample')
  const { expiresAt, ...rest } = sample
  assert.deepEqual(rest, { id, accountId: adminId, blobId, isSpam: true, deleteAfterUse: false, from: 'eve@spam.example', subject: 'Cheap' })
  assert.match(String(expiresAt), /^20\d\d-\d\d-\d\dT/)

  const twice = await refused(node, { blobId, isSpam: false })
  assert.deepEqual([twice['type'], twice['existingId']], ['primaryKeyViolation', id])
  for (const none of ['A'.repeat(43), `${blobId}_t`, 'x', '']) {
    assert.match(String((await refused(node, { blobId: none, isSpam: true }))['type']), /^(validationFailed|invalidPatch|invalidProperties)$/, none)
  }
  assert.match(String((await refused(node, { blobId, isSpam: true, accountId: janeId }))['description']), /no content of the account/, 'it is in another account')
  assert.equal((await refused(node, { blobId, isSpam: true, expiresAt: '2030-01-01T00:00:00Z' }))['type'], 'invalidPatch')

  assert.deepEqual(await list({ call: calls => node.call(calls, JANE) }, 'SpamTrainingSample'), [], 'she sees her own')
  assert.equal((await refused(node, { blobId, isSpam: true, accountId: adminId }, JANE))['type'], 'forbidden')
  const own = await upload(node, janeId, plainMail('of jane'), JANE)
  await create({ call: calls => node.call(calls, JANE) }, 'SpamTrainingSample', { blobId: own, isSpam: false, deleteAfterUse: true })
  const mine = await list({ call: calls => node.call(calls, JANE) }, 'SpamTrainingSample')
  assert.deepEqual(mine.map(({ accountId }) => accountId), [janeId])
  assert.equal((await list(node, 'SpamTrainingSample')).length, 2, 'an administrator sees all')

  const [gone = {}] = await node.call([['x:SpamTrainingSample/set', { destroy: [id] }]])
  assert.deepEqual(gone['destroyed'], [id])
  assert.deepEqual((await list(node, 'SpamTrainingSample')).map(({ accountId }) => accountId), [janeId])
})
