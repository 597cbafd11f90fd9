import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BROKEN, deepMail, EIGHT_BIT, EMPTY, ENCODED_WORDS, HTML_ONLY, ISO_2022_JP, LATIN1, MULTIPART, plainMail,
} from '../../../test/support/mail-samples.ts'
import { parseMessage, previewOf, searchableText } from './message.ts'

test('multipart: both bodies, attachments with their names, sender and recipients', async () => {
  const message = await parseMessage(MULTIPART)
  assert.equal(message.subject, 'Quarterly figures')
  assert.deepEqual(message.from, [{ name: 'Berg, Anna', email: 'anna@example.org' }])
  assert.deepEqual(message.messageId, ['q3@example.org'])
  assert.equal(message.sentAt, '2025-11-21T10:00:00+01:00')
  assert.equal(message.text?.trim(), 'Please find the figures enclosed. Grüße')
  assert.match(message.html ?? '', /<b>figures<\/b>/)
  const [pdf, logo] = message.attachments
  assert.deepEqual({ ...pdf, content: pdf?.content.byteLength }, {
    name: 'figures-2025.pdf', type: 'application/pdf', disposition: 'attachment', cid: null, content: 9,
  })
  assert.equal(logo?.cid, 'logo@example.org')
  assert.equal(await previewOf(message), 'Please find the figures enclosed. Grüße')
})

test('charsets are decoded', async () => {
  assert.equal((await searchableText(await parseMessage(LATIN1))).trim(), 'Schöne Grüße aus Köln')
  assert.equal((await searchableText(await parseMessage(ISO_2022_JP))).trim(), '日本語の会議')
  assert.equal((await parseMessage(ENCODED_WORDS)).from?.[0]?.name, 'Änne')
  assert.equal((await parseMessage(EIGHT_BIT)).from?.[0]?.name, 'Zoë')
})

test('HTML is read as its text', async () => {
  const message = await parseMessage(HTML_ONLY)
  assert.equal(message.text, null)
  assert.equal((await searchableText(message)).replace(/\s+/g, ' ').trim(), 'Cheap bicycles buy')
  assert.equal(await previewOf(message), 'Cheap bicycles buy')
})

test('a broken message gives what can be read', async () => {
  const message = await parseMessage(BROKEN)
  assert.equal(message.subject, 'Torn to pieces')
  assert.equal(message.readable, false)
  assert.match(await searchableText(message), /first words stand before/)
})

test('a message that is nested too deep is kept as plain text', async () => {
  const message = await parseMessage(deepMail(500))
  assert.equal(message.readable, false)
  assert.equal(message.subject, 'Nested')
  assert.match(await searchableText(message), /somewhere below/)
})

test('an empty message is a message', async () => {
  const message = await parseMessage(EMPTY)
  assert.deepEqual(message, {
    headers: [], subject: null, from: null, sender: null, replyTo: null, to: null, cc: null, bcc: null, messageId: null,
    inReplyTo: null, references: null, sentAt: null, text: null, html: null, attachments: [], readable: true,
  })
  assert.equal(await previewOf(message), '')
})

test('no text of a message holds NUL or half a character', async () => {
  const message = await parseMessage(plainMail('a\0b', { subject: 'x\0y' }))
  assert.equal(message.subject, 'xy')
  assert.equal(message.text?.trim(), 'ab')
})

test('any bytes at all can be read as a message', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async content => {
    const message = await parseMessage(content)
    assert.ok((await previewOf(message)).length <= 256)
    assert.ok((await searchableText(message)).isWellFormed())
  }), { numRuns: 200 })
})
