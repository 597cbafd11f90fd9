/** The document of one message: what lists, threads and headers need without reading the message itself. */
import { createHash } from 'node:crypto'
import type { Id } from '../../base/ids.ts'
import type { DocumentIndex } from '../ports.ts'
import { baseSubject, previewOf } from '../message/message.ts'
import type { Address, Message } from '../message/message.ts'
import { membershipIndex } from './membership.ts'
import type { Memberships } from './membership.ts'

export const EMAIL = 'Email'

/** Kept in the document; the blob has them all. */
const ADDRESSES_MAX = 200
const MESSAGE_IDS_MAX = 100
const PARTS_MAX = 200
const SUBJECT_CHARS_MAX = 2_000
/** Of one address, name or file name. */
const TEXT_CHARS_MAX = 500
/** Ids by which a message finds its thread. */
const THREAD_KEYS_MAX = 20

export type Addresses = readonly Address[] | null
export type MessageIds = readonly string[] | null

/** A part of the body (RFC 8621 §4.1.4). `t` is the plain text, `h` the HTML, attachments count from 1. */
export type Part = {
  readonly partId: string
  readonly type: string
  readonly size: number
  readonly name: string | null
  readonly disposition: string | null
  readonly cid: string | null
}

/** `receivedAt` in ms since 1970. Sets are `{ member: true }`. */
export type EmailRecord = {
  readonly blobId: string
  readonly size: number
  readonly threadId: Id
  readonly receivedAt: number
  readonly mailboxIds: Readonly<Record<Id, true>>
  readonly memberships?: Memberships
  readonly keywords: Readonly<Record<string, true>>
  readonly subject: string | null
  readonly from: Addresses
  readonly sender: Addresses
  readonly replyTo: Addresses
  readonly to: Addresses
  readonly cc: Addresses
  readonly bcc: Addresses
  readonly messageId: MessageIds
  readonly inReplyTo: MessageIds
  readonly references: MessageIds
  readonly sentAt: string | null
  readonly preview: string
  readonly hasAttachment: boolean
  readonly parts: readonly Part[]
}

export interface Email { readonly id: Id; readonly record: EmailRecord }

/** What a message says about itself; the rest of the record is where and when it was put. */
export type EmailSummary = Omit<EmailRecord, 'blobId' | 'size' | 'threadId' | 'receivedAt' | 'mailboxIds' | 'memberships' | 'keywords'>

export async function summaryOf(message: Message): Promise<EmailSummary> {
  return {
    subject: message.subject === null ? null : short(message.subject, SUBJECT_CHARS_MAX),
    from: addresses(message.from),
    sender: addresses(message.sender),
    replyTo: addresses(message.replyTo),
    to: addresses(message.to),
    cc: addresses(message.cc),
    bcc: addresses(message.bcc),
    messageId: messageIds(message.messageId),
    inReplyTo: messageIds(message.inReplyTo),
    references: messageIds(message.references),
    sentAt: message.sentAt,
    preview: await previewOf(message),
    hasAttachment: message.attachments.some(({ disposition, cid }) => disposition === 'attachment' || cid === null),
    parts: partsOf(message),
  }
}

/** The content of a part as it is downloaded; texts are UTF-8. Null when the message has no such part. */
export function partContent(message: Message, partId: string): Uint8Array | null {
  if (partId === 't') return message.text === null ? null : Buffer.from(message.text)
  if (partId === 'h') return message.html === null ? null : Buffer.from(message.html)
  return message.attachments[Number(partId) - 1]?.content ?? null
}

export function isUnread(record: Pick<EmailRecord, 'keywords'>): boolean {
  return record.keywords['$seen'] !== true && record.keywords['$draft'] !== true
}

export function emailIndex(record: EmailRecord): DocumentIndex[] {
  const sort = record.receivedAt
  const mailboxIds = Object.keys(record.mailboxIds)
  return [
    { name: 'all', value: '', sort },
    ...mailboxIds.map(value => ({ name: 'mailbox', value, sort })),
    ...(isUnread(record) ? mailboxIds.map(value => ({ name: 'unread', value, sort })) : []),
    ...threadKeys(record).map(value => ({ name: 'thread', value, sort })),
    ...membershipIndex(record.memberships),
  ]
}

type Related = Pick<EmailRecord, 'subject' | 'messageId' | 'inReplyTo' | 'references'>

/** What the messages of one thread have in common: the hash of their base subject. */
export function threadName({ subject }: Pick<Related, 'subject'>): string {
  return hash(baseSubject(subject ?? ''))
}

/** One key for each id that ties the message to others, nearest relation first. */
export function threadKeys({ subject, messageId, inReplyTo, references }: Related): string[] {
  const related = [...inReplyTo ?? [], ...(references ?? []).toReversed()]
  // A long discussion names its first message last of all, and that is the one that everybody has.
  const kept = related.length < THREAD_KEYS_MAX ? related : [...related.slice(0, THREAD_KEYS_MAX - 2), ...related.slice(-1)]
  const base = baseSubject(subject ?? '')
  const ids = new Set([...kept, ...(messageId ?? []).slice(0, 1)])
  return [...ids].map(id => hash(`${base}\0${id}`))
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

function partsOf(message: Message): Part[] {
  const text = (partId: string, type: string, content: string | null): Part[] =>
    content === null ? [] : [{ partId, type, size: Buffer.byteLength(content), name: null, disposition: null, cid: null }]
  const attachments = message.attachments.slice(0, PARTS_MAX).map((attachment, index): Part => ({
    partId: String(index + 1),
    type: short(attachment.type, TEXT_CHARS_MAX),
    size: attachment.content.byteLength,
    name: attachment.name === null ? null : short(attachment.name, TEXT_CHARS_MAX),
    disposition: attachment.disposition,
    cid: attachment.cid === null ? null : short(attachment.cid, TEXT_CHARS_MAX),
  }))
  return [...text('t', 'text/plain', message.text), ...text('h', 'text/html', message.html), ...attachments]
}

function addresses(list: Addresses): Addresses {
  return list && list.slice(0, ADDRESSES_MAX).map(({ name, email }) => (
    { name: name === null ? null : short(name, TEXT_CHARS_MAX), email: short(email, TEXT_CHARS_MAX) }
  ))
}

function messageIds(list: MessageIds): MessageIds {
  return list && list.slice(-MESSAGE_IDS_MAX).map(id => short(id, TEXT_CHARS_MAX))
}

function short(text: string, charsMax: number): string {
  return text.slice(0, charsMax).toWellFormed()
}
