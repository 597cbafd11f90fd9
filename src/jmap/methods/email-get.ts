/**
 * `Email/get` (RFC 8621 §4.2). What lists need comes from the document; the message itself is read only when header
 * fields or body values are asked for. `bodyStructure` is not offered: the parts are.
 */
import { assertNever } from '../../base/assert.ts'
import { isId } from '../../base/ids.ts'
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Method } from '../../registry/method.ts'
import { booleanArgument, integerArgument, textsArgument } from '../../registry/ops/arguments.ts'
import { EMAIL, partBlobId } from '../../services/mailstore/mailstore.ts'
import type { Email, Part } from '../../services/mailstore/mailstore.ts'
import type { Message } from '../../services/message/message.ts'
import type { DomainTx } from '../../services/ports.ts'
import { accountOf, getReply, idsOf, OBJECTS_MAX, pick, propertiesOf, tooLarge, utcDate } from './account.ts'
import type { MailEnvironment } from './account.ts'
import { allHeaders, headerProperty, headerPropertyValue } from './email-header.ts'
import type { HeaderProperty } from './email-header.ts'

const PROPERTIES = [
  'id', 'blobId', 'threadId', 'mailboxIds', 'keywords', 'size', 'receivedAt', 'messageId', 'inReplyTo', 'references',
  'sender', 'from', 'to', 'cc', 'bcc', 'replyTo', 'subject', 'sentAt', 'hasAttachment', 'preview', 'bodyValues',
  'textBody', 'htmlBody', 'attachments', 'headers',
] as const
type Property = (typeof PROPERTIES)[number]
const PRESET: readonly Property[] = PROPERTIES.filter(name => name !== 'headers')

const BODY_PROPERTIES = [
  'partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid', 'language', 'location', 'subParts',
] as const
type BodyProperty = (typeof BODY_PROPERTIES)[number]
const BODY_PRESET: readonly BodyProperty[] = BODY_PROPERTIES.filter(name => name !== 'subParts')

/** Messages of one call that are read for their headers or bodies, together. */
const CONTENT_BYTES_MAX = 64 * 1024 * 1024

interface Asked {
  readonly properties: readonly Property[]
  readonly headers: readonly HeaderProperty[]
  readonly bodyProperties: readonly BodyProperty[]
  readonly values: { readonly text: boolean; readonly html: boolean; readonly all: boolean }
  /** 0: whole. */
  readonly valueBytesMax: number
}

export function emailGet<Tx extends DomainTx>({ store, mailStore }: MailEnvironment<Tx>): Method {
  return async (args, context) => {
    const accountId = accountOf(args, context, 'jmapEmailGet')
    const ids = idsOf(args)
    const asked = readArguments(args)
    return store.read(async tx => {
      const wanted = ids ?? await tx.documents.list(accountId, EMAIL, OBJECTS_MAX + 1)
      if (wanted.length > OBJECTS_MAX) throw tooLarge(`There are more than ${OBJECTS_MAX} messages; name their ids.`)
      const emails = await mailStore.emails(tx, accountId, wanted.filter(isId))
      refuseTooMuch(emails, asked)
      const found = new Map<Id, JsonObject>()
      for (const email of emails) {
        const message = needsMessage(asked) ? await mailStore.message(tx, email.record) : null
        found.set(email.id, present(email, message, asked))
      }
      return getReply(accountId, String(await tx.documents.modseq(accountId, EMAIL)), ids, found)
    })
  }
}

function readArguments(args: JsonObject): Asked {
  const names = textsArgument(args, 'properties')
  const headers = (names ?? []).flatMap(name => headerProperty(name) ?? [])
  const plain = names?.filter(name => !headers.some(({ property }) => property === name))
  return {
    properties: propertiesOf(plain === undefined ? {} : { properties: plain }, 'properties', PROPERTIES, PRESET),
    headers,
    bodyProperties: propertiesOf(args, 'bodyProperties', BODY_PROPERTIES, BODY_PRESET),
    values: {
      text: booleanArgument(args, 'fetchTextBodyValues'),
      html: booleanArgument(args, 'fetchHTMLBodyValues'),
      all: booleanArgument(args, 'fetchAllBodyValues'),
    },
    valueBytesMax: integerArgument(args, 'maxBodyValueBytes', 0) ?? 0,
  }
}

function needsValues({ properties, values }: Asked): boolean {
  return properties.includes('bodyValues') && (values.text || values.html || values.all)
}

function needsMessage(asked: Asked): boolean {
  return needsValues(asked) || asked.headers.length > 0 || asked.properties.includes('headers')
}

function refuseTooMuch(emails: readonly Email[], asked: Asked): void {
  const bytes = emails.reduce((sum, { record }) => sum + record.size, 0)
  // One message can always be read, however large it is.
  if (emails.length <= 1 || !needsMessage(asked) || bytes <= CONTENT_BYTES_MAX) return
  throw tooLarge(`Headers and bodies of ${CONTENT_BYTES_MAX} bytes of messages can be read at once; ask for fewer.`)
}

function present(email: Email, message: Message | null, asked: Asked): JsonObject {
  const fields = message?.headers ?? []
  const headers = asked.headers.map(header => [header.property, headerPropertyValue(fields, header)])
  return { ...pick(asked.properties, name => valueOf(email, message, name, asked)), ...Object.fromEntries(headers) }
}

function valueOf({ id, record }: Email, message: Message | null, name: Property, asked: Asked): Json {
  const partsOf = (ids: readonly string[]): Json =>
    record.parts.filter(part => ids.includes(part.partId)).map(part => presentPart(record.blobId, part, asked.bodyProperties))
  switch (name) {
    case 'id': return id
    case 'receivedAt': return utcDate(record.receivedAt)
    case 'bodyValues': return message && needsValues(asked) ? bodyValues(message, record.parts, asked) : {}
    case 'textBody': return partsOf([bodyPart(record.parts, 't', 'h')])
    case 'htmlBody': return partsOf([bodyPart(record.parts, 'h', 't')])
    case 'attachments': return partsOf(record.parts.map(part => part.partId).filter(partId => partId !== 't' && partId !== 'h'))
    case 'headers': return allHeaders(message?.headers ?? [])
    case 'blobId':
    case 'threadId':
    case 'mailboxIds':
    case 'keywords':
    case 'size':
    case 'messageId':
    case 'inReplyTo':
    case 'references':
    case 'sender':
    case 'from':
    case 'to':
    case 'cc':
    case 'bcc':
    case 'replyTo':
    case 'subject':
    case 'sentAt':
    case 'hasAttachment':
    case 'preview': return record[name]
    default: return assertNever(name)
  }
}

/** A body that the message lacks in one form is shown in the other (RFC 8621 §4.1.4). */
function bodyPart(parts: readonly Part[], first: string, second: string): string {
  return parts.some(part => part.partId === first) ? first : second
}

function presentPart(blobId: string, part: Part, properties: readonly BodyProperty[]): JsonObject {
  return pick(properties, name => {
    switch (name) {
      case 'blobId': return partBlobId(blobId, part.partId)
      case 'charset': return part.type.startsWith('text/') ? 'utf-8' : null
      case 'language':
      case 'location':
      case 'subParts': return null
      default: return part[name]
    }
  })
}

function bodyValues(message: Message, parts: readonly Part[], { values, valueBytesMax }: Asked): JsonObject {
  const wanted = new Set([
    ...(values.all || values.text ? [bodyPart(parts, 't', 'h')] : []),
    ...(values.all || values.html ? [bodyPart(parts, 'h', 't')] : []),
    ...(values.all ? ['t', 'h'] : []),
  ])
  const texts = [['t', message.text], ['h', message.html]] as const
  return Object.fromEntries(texts.flatMap(([partId, text]) => {
    if (text === null || !wanted.has(partId)) return []
    const value = truncated(text, valueBytesMax, partId === 'h')
    return [[partId, { value, isEncodingProblem: !message.readable, isTruncated: value !== text }]]
  }))
}

/** At most `bytesMax` bytes of UTF-8, without half characters or half tags; 0: whole. */
function truncated(text: string, bytesMax: number, isHtml: boolean): string {
  const bytes = Buffer.from(text)
  if (bytesMax === 0 || bytes.byteLength <= bytesMax) return text
  let end = bytesMax
  // Bytes 10xxxxxx go on a character that began before.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  const cut = bytes.subarray(0, end).toString()
  return isHtml && cut.lastIndexOf('<') > cut.lastIndexOf('>') ? cut.slice(0, cut.lastIndexOf('<')) : cut
}
