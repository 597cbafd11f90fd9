import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HTML_ONLY, MULTIPART, plainMail } from '../../../test/support/mail-samples.ts'
import { parseMessage } from '../message/message.ts'
import { emailIndex, partContent, summaryOf, threadKeys } from './email.ts'
import type { EmailRecord } from './email.ts'

const NO_IDS = { messageId: null, inReplyTo: null, references: null }

test('the summary of a message has its parts and says whether something is attached', async () => {
  const message = await parseMessage(MULTIPART)
  const summary = await summaryOf(message)
  assert.equal(summary.hasAttachment, true)
  assert.deepEqual(summary.parts.map(({ partId, type, name }) => [partId, type, name]), [
    ['t', 'text/plain', null], ['h', 'text/html', null], ['1', 'application/pdf', 'figures-2025.pdf'], ['2', 'image/png', null],
  ])
  for (const part of summary.parts) assert.equal(partContent(message, part.partId)?.byteLength, part.size, part.partId)
  for (const partId of ['3', '0', '-1', 'x', '__proto__', '']) assert.equal(partContent(message, partId), null, partId)
  assert.equal((await summaryOf(await parseMessage(HTML_ONLY))).hasAttachment, false)
})

test('endless headers are kept up to a limit', async () => {
  const many = Array.from({ length: 900 }, (_, index) => `p${index}@example.org`).join(', ')
  const references = Array.from({ length: 190 }, (_, index) => `<r${index}@x>`).join(' ')
  const summary = await summaryOf(await parseMessage(plainMail('x', { to: many, references, subject: 's'.repeat(5_000) })))
  assert.equal(summary.to?.length, 200)
  assert.equal(summary.references?.at(-1), 'r189@x')
  assert.equal(summary.references?.length, 100)
  assert.equal(summary.subject?.length, 2_000)
})

test('thread keys join what shares an id and a base subject, and nothing else', () => {
  const first = threadKeys({ ...NO_IDS, subject: 'Plan', messageId: ['a@x'] })
  const reply = threadKeys({ subject: 'Re: Plan', messageId: ['b@x'], inReplyTo: ['a@x'], references: ['a@x'] })
  const renamed = threadKeys({ subject: 'Other', messageId: ['c@x'], inReplyTo: ['a@x'], references: null })
  assert.equal(first.length, 1)
  assert.ok(reply.includes(first[0] ?? ''))
  assert.equal(renamed.includes(first[0] ?? ''), false)
  assert.deepEqual(threadKeys({ ...NO_IDS, subject: 'Plan' }), [])
})

test('a long discussion keeps its nearest ids and its first', () => {
  const references = Array.from({ length: 100 }, (_, index) => `r${index}@x`)
  const keys = threadKeys({ subject: 'Plan', messageId: ['m@x'], inReplyTo: ['r99@x'], references })
  const keyOf = (id: string) => threadKeys({ ...NO_IDS, subject: 'Plan', messageId: [id] })[0] ?? ''
  assert.ok(keys.length <= 21)
  for (const id of ['r0@x', 'r99@x', 'r98@x', 'm@x']) assert.ok(keys.includes(keyOf(id)), id)
})

test('a message is counted as unread in each of its mailboxes until it is seen or a draft', async () => {
  const record: EmailRecord = {
    ...await summaryOf(await parseMessage(plainMail('x'))), blobId: 'b', size: 1, threadId: 't', receivedAt: 5, mailboxIds: { m1: true, m2: true }, keywords: {},
  }
  assert.deepEqual(emailIndex(record).filter(row => row.name === 'unread').map(row => row.value), ['m1', 'm2'])
  assert.deepEqual(emailIndex({ ...record, keywords: { $seen: true } }).filter(row => row.name === 'unread'), [])
  assert.deepEqual(emailIndex({ ...record, keywords: { $draft: true } }).filter(row => row.name === 'unread'), [])
  assert.ok(emailIndex(record).every(row => row.sort === 5))
})
