import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { plainMail } from '../../../test/support/mail-samples.ts'
import { mailCalls } from '../../../test/support/mail-calls.ts'
import { BOB, mailWorld } from '../../../test/support/mail-world.ts'
import type { MailWorld } from '../../../test/support/mail-world.ts'

let world: MailWorld
before(async () => { world = await mailWorld() })
after(() => world.close())

test('Thread/get gives the messages of a conversation, oldest first', async () => {
  const call = mailCalls(world)
  const first = await world.deliver(plainMail('a', { subject: 'Plan', messageId: 'a@x' }))
  await world.clock.advance(1_000)
  const second = await world.deliver(plainMail('b', { subject: 'Re: Plan', messageId: 'b@x', inReplyTo: 'a@x' }))
  const [email] = await world.emails(BOB, [second])
  const threadId = email?.record.threadId ?? ''
  const reply = await call('Thread/get', { ids: [threadId, '0'.repeat(13)] })
  assert.deepEqual(reply['list'], [{ id: threadId, emailIds: [first, second] }])
  assert.deepEqual(reply['notFound'], ['0'.repeat(13)])
  assert.deepEqual((await call('Thread/get', { ids: null }))['list'], reply['list'])
})
