import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RotaError } from '../../errors.ts'
import type { DeliveryResult } from './mail-sink.ts'
import { BEGINS_WITH_ENHANCED_CODE, Refusal, refusalOf, replyForAll, replyForOne } from './reply.ts'

const delivered: DeliveryResult = { kind: 'delivered', id: '0000000000001' }
const full: DeliveryResult = { kind: 'refused', code: 452, enhanced: '4.2.2', text: 'mailbox full', temporary: true }
const gone: DeliveryResult = { kind: 'refused', code: 550, enhanced: '5.1.1', text: 'no such mailbox', temporary: false }
const wire = (reply: Refusal | string) => typeof reply === 'string' ? `250 ${reply}` : `${reply.responseCode} ${reply.message}`

test('one recipient gets its own result', () => {
  assert.equal(wire(replyForOne(delivered)), '250 delivered as 0000000000001')
  assert.equal(wire(replyForOne(full)), '452 4.2.2 mailbox full')
})

test('many recipients with one reply: never success when one is left out, never again when one has it', () => {
  const reply = (...results: DeliveryResult[]) => wire(replyForAll(results, ['a@x', 'b@x', 'c@x'].slice(0, results.length)))
  assert.equal(reply(delivered, delivered), '250 message accepted')
  assert.equal(reply(gone, full), '452 4.2.2 mailbox full', 'all can be tried again')
  assert.equal(reply(gone, gone), '550 5.1.1 no such mailbox')
  assert.equal(reply(delivered, full), '554 5.3.0 delivered to 1 of 2, not to <b@x> mailbox full')
  assert.equal(reply(full, delivered, gone), '554 5.3.0 delivered to 1 of 3, not to <a@x> mailbox full, <c@x> no such mailbox')
})

test('a recipient without a result was not served, and a reply fits its line', () => {
  assert.equal(wire(replyForOne(undefined)), '451 4.3.0 not delivered')
  const addresses = Array.from({ length: 100 }, (_, index) => `user${index}@example.org`)
  const reply = wire(replyForAll([delivered], addresses))
  assert.match(reply, /^554 5\.3\.0 delivered to 1 of 100, not to <user1@example\.org> not delivered, /)
  assert.ok(reply.length <= 510)
})

test('errors become replies; only those nobody planned are unexpected', () => {
  const of = (error: unknown) => {
    const { refusal, expected } = refusalOf(error)
    return `${expected} ${wire(refusal)}`
  }
  assert.equal(of(new Refusal(550, '5.1.1', 'no')), 'true 550 5.1.1 no')
  assert.equal(of(new RotaError('mail/too-large', 'x')), 'true 552 5.3.4 the message is too large')
  assert.equal(of(new RotaError('store/unavailable', 'password=secret')), 'false 451 4.3.0 cannot be done now, try again later')
  assert.equal(of('odd'), 'false 451 4.3.0 cannot be done now, try again later')
})

test('a text that brings its enhanced code is told from one that does not', () => {
  for (const text of ['4.3.1 full', '5.7.0 no', '2.0.0 ok']) assert.match(text, BEGINS_WITH_ENHANCED_CODE)
  for (const text of ['OK', '4.3.1', '10.0.0.1 is you', '3.0.0 x', 'size 4.3.1 x']) assert.doesNotMatch(text, BEGINS_WITH_ENHANCED_CODE)
})
