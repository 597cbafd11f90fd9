import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { idOf } from '../../services/mailstore/mailstore.ts'

const INBOX = idOf('inbox')
const TRASH = idOf('trash')

let world: MailWorld
let call: Call
let id: string
beforeEach(async () => {
  world = await mailWorld()
  call = mailCalls(world)
  id = await world.deliver(plainMail('bicycles'))
})
afterEach(() => world.close())

async function change(patch: Json): Promise<JsonObject | null> {
  const reply = await call('Email/set', { update: { [id]: patch } })
  const refusals = reply['notUpdated'] as JsonObject
  return Object.hasOwn(refusals, id) ? refusals[id] as JsonObject : null
}
const record = async () => (await world.emails(BOB, [id]))[0]?.record

describe('destroy', () => {
  test('removes the message and queues the end of its index entry', async () => {
    await world.runSearchTasks()
    const reply = await call('Email/set', { destroy: [id, 'nothing', '\0'] })
    assert.deepEqual(reply['destroyed'], [id])
    assert.deepEqual(Object.keys(reply['notDestroyed'] as object), ['nothing', '\0'])
    assert.notEqual(reply['newState'], reply['oldState'])
    assert.equal(await record(), undefined)
    assert.deepEqual((await world.tasks()).map(task => [task.variant, task.payload['documentId']]), [['UnindexDocument', id]])
    assert.deepEqual((await call('Email/get', { ids: [id] }))['notFound'], [id])
  })

  test('reaches no other account', async () => {
    const anns = await world.deliver(plainMail('x'), ANN)
    assert.deepEqual((await call('Email/set', { destroy: [anns] }))['destroyed'], [])
    assert.equal((await world.emails(ANN, [anns])).length, 1)
  })
})

describe('update', () => {
  test('of keywords, one by one or all at once', async () => {
    assert.equal(await change({ 'keywords/$Seen': true, 'keywords/$flagged': true }), null)
    assert.deepEqual((await record())?.keywords, { $seen: true, $flagged: true })
    assert.equal(await change({ 'keywords/$seen': null, 'keywords/absent': null }), null)
    assert.deepEqual((await record())?.keywords, { $flagged: true })
    assert.equal(await change({ keywords: { junk: true } }), null)
    assert.deepEqual((await record())?.keywords, { junk: true })
    assert.equal(await change({ 'keywords/a~1b': true }), null)
    assert.deepEqual((await record())?.keywords, { 'junk': true, 'a/b': true })
  })

  test('of mailboxes moves the counts', async () => {
    assert.equal(await change({ mailboxIds: { [TRASH]: true } }), null)
    assert.equal((await world.mailbox(BOB, 'inbox')).totalEmails, 0)
    assert.equal((await world.mailbox(BOB, 'trash')).totalEmails, 1)
    assert.equal(await change({ [`mailboxIds/${INBOX}`]: true, [`mailboxIds/${TRASH}`]: null }), null)
    assert.deepEqual((await record())?.mailboxIds, { [INBOX]: true })
  })

  test('refuses what a message cannot be', async () => {
    const before = await record()
    const bad: readonly (readonly [Json, string])[] = [
      [{ subject: 'new' }, 'invalidProperties'],
      [{ mailboxIds: {} }, 'invalidProperties'],
      [{ [`mailboxIds/${INBOX}`]: null }, 'invalidProperties'],
      [{ mailboxIds: { nowhere: true } }, 'invalidProperties'],
      [{ mailboxIds: { [INBOX]: false } }, 'invalidProperties'],
      [{ mailboxIds: [INBOX] }, 'invalidProperties'],
      [{ keywords: null }, 'invalidProperties'],
      [{ 'keywords/no spaces': true }, 'invalidProperties'],
      [{ 'keywords/': true }, 'invalidProperties'],
      [{ 'keywords/$seen': 1 }, 'invalidProperties'],
      [{ 'keywords/a/b': true }, 'invalidPatch'],
      [{ 'keywords': {}, 'keywords/$seen': true }, 'invalidPatch'],
      ['x', 'invalidPatch'],
      [{ keywords: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, true])) }, 'tooManyKeywords'],
    ]
    for (const [patch, type] of bad) assert.equal((await change(patch))?.['type'], type, JSON.stringify(patch))
    assert.deepEqual(await record(), before)
  })

  test('of a message that is not there, or goes in the same call', async () => {
    const reply = await call('Email/set', { update: { nothing: {}, [id]: { 'keywords/$seen': true } }, destroy: [id] })
    const refusals = reply['notUpdated'] as Record<string, JsonObject>
    assert.equal(refusals['nothing']?.['type'], 'notFound')
    assert.equal(refusals[id]?.['type'], 'willDestroy')
    assert.deepEqual(reply['destroyed'], [id])
  })
})

test('creating a message is refused, under any name', async () => {
  const create = JSON.parse('{ "__proto__": {}, "k1": { "subject": "x" } }') as JsonObject
  const reply = JSON.parse(JSON.stringify(await call('Email/set', { create }))) as JsonObject
  assert.deepEqual(Object.keys(reply['notCreated'] as object), ['__proto__', 'k1'])
  assert.deepEqual(Object.values(reply['notCreated'] as Record<string, JsonObject>).map(error => error['type']), ['forbidden', 'forbidden'])
  const update = JSON.parse('{ "__proto__": {} }') as JsonObject
  assert.deepEqual(Object.keys((await call('Email/set', { update }))['notUpdated'] as object), ['__proto__'])
})

test('each kind of change needs its permission', async () => {
  const change = { update: { [id]: { 'keywords/$seen': true } } }
  const removal = { destroy: [id] }
  await refused(call('Email/set', removal, { permissions: ['jmapEmailUpdate'] }), 'forbidden', /jmapEmailDestroy/)
  await refused(call('Email/set', change, { permissions: ['jmapEmailDestroy'] }), 'forbidden', /jmapEmailUpdate/)
  await refused(call('Email/set', { ...change, ...removal }, { permissions: ['jmapEmailDestroy'] }), 'forbidden', /jmapEmailUpdate/)
  await call('Email/set', change, { permissions: ['jmapEmailUpdate'] })
  await call('Email/set', removal, { permissions: ['jmapEmailDestroy'] })
  assert.equal(await record(), undefined)
})

test('a state that has moved on stops the call', async () => {
  const { oldState } = await call('Email/set', {})
  assert.equal(typeof oldState, 'string')
  await world.deliver(plainMail('new'))
  await refused(call('Email/set', { ifInState: oldState ?? null, destroy: [id] }), 'stateMismatch')
  assert.ok(await record())
})

test('too many at once, and arguments of another kind, are refused', async () => {
  await refused(call('Email/set', { destroy: Array.from({ length: 501 }, (_, index) => `x${index}`) }), 'requestTooLarge', /500/)
  for (const args of [{ destroy: 'x' }, { update: [] }, { create: 7 }, { ifInState: 1 }]) await refused(call('Email/set', args), 'invalidArguments')
})
