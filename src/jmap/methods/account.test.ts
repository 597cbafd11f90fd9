import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls, refused } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { ANN, BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'
import { utcDate } from './account.ts'

let world: MailWorld
let call: Call
before(async () => {
  world = await mailWorld()
  call = mailCalls(world)
})
after(() => world.close())

const NEEDED = {
  'Email/get': 'jmapEmailGet', 'Email/query': 'jmapEmailQuery', 'Email/set': 'jmapEmailUpdate', 'Mailbox/get': 'jmapMailboxGet', 'Mailbox/query': 'jmapMailboxGet',
  'Thread/get': 'jmapEmailGet',
}

for (const [name, permission] of Object.entries(NEEDED)) {
  test(`${name} needs its permission and the caller's own account`, async () => {
    const others = Object.values(NEEDED).filter(other => other !== permission)
    await refused(call(name, {}, { permissions: others }), 'forbidden', new RegExp(permission))
    await refused(call(name, { accountId: ANN.accountId }), 'accountNotFound')
    await refused(call(name, { accountId: null }), 'invalidArguments', /accountId/)
    await refused(call(name, { accountId: 7 }), 'invalidArguments', /accountId/)
  })
}

test('members read and change the mail of their groups, within their permissions', async () => {
  const { accountId } = ANN
  const groups = [ANN]
  const id = await world.deliver(plainMail('for all of us'), ANN)
  const [email] = (await call('Email/get', { accountId, ids: [id], properties: ['threadId', 'keywords'] }, { groups }))['list'] as JsonObject[]
  assert.deepEqual(email?.['keywords'], {})
  assert.deepEqual((await call('Email/query', { accountId }, { groups }))['ids'], [id])
  assert.deepEqual((await call('Thread/get', { accountId, ids: [String(email?.['threadId'])] }, { groups }))['notFound'], [])
  assert.equal(((await call('Mailbox/get', { accountId }, { groups }))['list'] as unknown[]).length, 6)
  const update = { [id]: { 'keywords/$seen': true } }
  await refused(call('Email/set', { accountId, update }, { groups, permissions: ['jmapEmailGet'] }), 'forbidden')
  assert.deepEqual((await call('Email/set', { accountId, update }, { groups }))['updated'], { [id]: null })
  const [seen] = (await call('Email/get', { accountId, ids: [id] }, { as: ANN }))['list'] as JsonObject[]
  assert.deepEqual(seen?.['keywords'], { $seen: true })
  assert.deepEqual((await call('Email/get', { ids: [id] }, { groups }))['notFound'], [id], 'the own mailbox stays apart')
  await refused(call('Email/get', { accountId: BOB.accountId, ids: [id] }, { as: ANN, groups: [] }), 'accountNotFound')
})

for (const name of ['Email/get', 'Mailbox/get', 'Thread/get']) {
  test(`${name} takes 500 ids, of any form, each once`, async () => {
    await refused(call(name, { ids: Array.from({ length: 501 }, (_, index) => `x${index}`) }), 'requestTooLarge', /500/)
    await refused(call(name, { ids: 'x' }), 'invalidArguments', /ids/)
    await refused(call(name, { ids: [1] }), 'invalidArguments', /ids/)
    await refused(call(name, { ids: [], properties: ['id', 'nonsense'] }), 'invalidArguments', /nonsense/)
    const reply = await call(name, { ids: ['\0', '__proto__', 'x', 'x'] })
    assert.deepEqual([reply['list'], reply['notFound']], [[], ['\0', '__proto__', 'x']])
    assert.deepEqual((await call(name, { ids: [] }))['list'], [])
  })
}

test('times are whole seconds of UTC', () => {
  assert.equal(utcDate(Date.UTC(2026, 0, 31, 12, 0, 0, 999)), '2026-01-31T12:00:00Z')
})
