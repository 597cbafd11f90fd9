import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { JsonObject } from '../../base/json.ts'
import { plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls } from '../../../test/support/mail-calls.ts'
import type { Call } from '../../../test/support/mail-calls.ts'
import { mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'

let world: MailWorld
let call: Call
beforeEach(async () => {
  world = await mailWorld()
  call = mailCalls(world)
})
afterEach(() => world.close())

const list = (reply: JsonObject) => reply['list'] as readonly JsonObject[]

test('an account that never had mail has its mailboxes', async () => {
  const mailboxes = list(await call('Mailbox/get', { ids: null }))
  assert.deepEqual(mailboxes.map(mailbox => mailbox['role']), ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash'])
  assert.deepEqual(mailboxes[0], {
    id: '0000000000001', name: 'Inbox', parentId: null, role: 'inbox', sortOrder: 1, isSubscribed: true,
    totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0,
    myRights: {
      mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetSeen: true, maySetKeywords: true,
      mayCreateChild: false, mayRename: false, mayDelete: false, maySubmit: false,
    },
  })
})

test('counts follow the mail, and the state with them', async () => {
  const before = await call('Mailbox/get')
  await world.deliver(plainMail('one', { subject: 'Plan', messageId: 'a@x' }))
  await world.deliver(plainMail('two', { subject: 'Re: Plan', inReplyTo: 'a@x' }))
  const after = await call('Mailbox/get', { ids: ['0000000000001'], properties: ['totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads'] })
  assert.deepEqual(list(after), [{ id: '0000000000001', totalEmails: 2, unreadEmails: 2, totalThreads: 1, unreadThreads: 1 }])
  assert.notEqual(after['state'], before['state'])
  assert.equal((await call('Mailbox/get'))['state'], after['state'])
})
