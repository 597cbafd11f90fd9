/** Two nodes on PostgreSQL: one of them trains, and the other files mail by what was learnt there; a training is stopped from elsewhere. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import type { JsonObject } from '../../src/base/json.ts'
import { idOf } from '../../src/services/mailstore/mailstore.ts'
import { modelRow } from '../../src/services/spam/model-rows.ts'
import { SPAM_SAMPLE } from '../../src/registry/objects/spam-training-sample.ts'
import { create, list, update } from '../support/api-call.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'
import { corpus, type Sample } from '../support/spam-corpus.ts'

const ADMIN = 'admin@localhost'
const [INBOX, JUNK] = [idOf('inbox'), idOf('junk')]
const SAMPLES = 80
const EVERY_LISTENER = { '@type': 'EnableAll' }

describe('the spam filter in a cluster', { skip: postgresMissing() }, () => {
  after(() => stopSharedPostgres())

  test('what one node learns, the other files by; and a training is stopped from any node', async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    let gate: (() => Promise<void>) | null = null
    const variables = { DATABASE_URL: url }
    await using mail = await startServer({ variables: { ...variables, STALWART_HOSTNAME: 'mail', STALWART_ROLE: 'mail' } })
    await using seed = await startServer({ variables: { ...variables, STALWART_HOSTNAME: 'seed' } })
    await create(seed, 'ClusterRole',
      { name: 'mail', tasks: { '@type': 'DisableSome', taskTypes: { spamClassifierTraining: true } }, listeners: EVERY_LISTENER },
      { name: 'trainer', tasks: { '@type': 'EnableSome', taskTypes: { spamClassifierTraining: true } }, listeners: EVERY_LISTENER })
    await update(seed, 'SpamClassifier', 'singleton', { minSpamSamples: SAMPLES / 2, minHamSamples: SAMPLES / 2 })
    await seed.stop()
    // Opened where the role has just allowed it.
    await eventually(async () => mail.server.listeners.some(({ name, addresses }) => name === 'lmtp' && addresses.some(({ state }) => state === 'up')), 'mail can come in')

    const samples = corpus(SAMPLES, 1)
    await deliver(mail, samples)
    const emails = await inOrder(mail)
    const said = Object.fromEntries(emails.map((id, nth) => [id, samples[nth]?.isSpam ? { mailboxIds: { [JUNK]: true } } : { 'keywords/$notjunk': true }]))
    const [changed] = await mail.call([['Email/set', { accountId: await accountOf(mail), update: said }]])
    assert.equal(Object.keys(changed?.['updated'] as JsonObject).length, SAMPLES, JSON.stringify(changed))
    assert.equal((await list(mail, 'SpamTrainingSample')).length, SAMPLES)

    await create(mail, 'Task', { '@type': 'SpamFilterMaintenance', maintenanceType: 'train' })
    assert.deepEqual(await lessons(mail), { learntSpam: 0, learntHam: 0, newSamples: SAMPLES, trainedAt: null }, 'no node may train')
    await using _trainer = await startServer({
      variables: { ...variables, STALWART_HOSTNAME: 'trainer', STALWART_ROLE: 'trainer' },
      // Lets a training wait where the test wants it.
      wrap: store => ({ ...store, read: work => store.read(async tx => work({ ...tx, blobs: { ...tx.blobs, get: async hash => { await gate?.(); return tx.blobs.get(hash) } } })) }),
    })
    await eventually(async () => (await lessons(mail))['newSamples'] === 0, 'the other node has trained')
    const { trainedAt, ...learnt } = await lessons(mail)
    assert.deepEqual([learnt, typeof trainedAt], [{ learntSpam: SAMPLES / 2, learntHam: SAMPLES / 2, newSamples: 0 }, 'string'])

    const [spam, ham] = corpus(2, 7)
    assert(spam && ham)
    await eventually(async () => {
      await deliver(mail, [spam])
      return (await boxOf(mail))[JUNK] === true
    }, 'this node has read what the other has learnt')
    await deliver(mail, [ham])
    assert.deepEqual(await boxOf(mail), { [INBOX]: true })

    // It stands still in the middle of it, as one that is long: the request reaches it through the store, and it does not go on.
    const [reached, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    gate = () => { reached.resolve(); return open.promise }
    await create(mail, 'Task', { '@type': 'SpamFilterMaintenance', maintenanceType: 'retrain' })
    await reached.promise
    await eventually(async () => (await list(mail, 'Task', { running: true })).length === 1, 'everybody sees it run')
    await create(mail, 'Task', { '@type': 'SpamFilterMaintenance', maintenanceType: 'abort' })
    await eventually(async () => (await list(mail, 'Task', { '@type': 'SpamFilterMaintenance' })).some(({ '@type': type, maintenanceType, running }) =>
      type === 'SpamFilterMaintenance' && maintenanceType === 'retrain' && running !== null), 'it still runs')
    gate = null
    open.resolve()
    await eventually(async () => (await list(mail, 'Task', { '@type': 'SpamFilterMaintenance' })).length === 0, 'all of them have ended')
    assert.equal(await mail.store.read(tx => modelRow(tx, 'next')), null, 'nothing of the one anew is left')
    assert.equal((await mail.store.read(tx => modelRow(tx, 'used')))?.body.anewBy, null, 'and it did not take the place of the other')
    assert.equal((await lessons(mail))['learntSpam'], SAMPLES / 2)
    assert.equal(await mail.store.read(tx => tx.objects.count(SPAM_SAMPLE, [])), SAMPLES)
  })
})

async function deliver(node: TestServer, samples: readonly Sample[]): Promise<void> {
  const client = await LmtpClient.open(node.port('lmtp'))
  for (const { content } of samples) {
    const [head = '', ...body] = Buffer.from(content).toString().split('\r\n\r\n')
    await client.deliver(ADMIN, /^Subject: (.*)$/m.exec(head)?.[1]?.trim() ?? '', body.join('\r\n\r\n'))
  }
  client.close()
}

async function accountOf(node: TestServer): Promise<string> {
  const [account] = await list(node, 'Account', { text: 'admin' })
  return String(account?.['id'])
}

/** As they came in. */
async function inOrder(node: TestServer): Promise<string[]> {
  const [reply] = await node.call([['Email/query', { accountId: await accountOf(node), sort: [{ property: 'receivedAt', isAscending: true }] }]])
  return reply?.['ids'] as string[]
}

/** The mailboxes of the newest message. */
async function boxOf(node: TestServer): Promise<JsonObject> {
  const accountId = await accountOf(node)
  const id = (await inOrder(node)).at(-1) ?? ''
  const [reply = {}] = await node.call([['Email/get', { accountId, ids: [id], properties: ['mailboxIds'] }]])
  return ((reply['list'] as JsonObject[])[0]?.['mailboxIds'] ?? {}) as JsonObject
}

async function lessons(node: TestServer): Promise<JsonObject> {
  const [reply = {}] = await node.call([['x:SpamClassifier/get', { ids: ['singleton'], properties: ['learntSpam', 'learntHam', 'newSamples', 'trainedAt'] }]])
  const { id: _, ...rest } = (reply['list'] as JsonObject[])[0] ?? {}
  return rest
}
