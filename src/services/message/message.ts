/**
 * A message as people see it, read from its bytes. Header fields are read by headers.ts, bodies and attachments by
 * postal-mime. A message whose MIME structure breaks a limit (nesting, header size) or shows no part at all is not
 * refused: `readable` is false then, and its text is what stands after the header.
 */
import PostalMime from 'postal-mime'
import type { Attachment as ParsedAttachment } from 'postal-mime'
import { textOfHtml } from '../search/search.ts'
import type { Address, Header } from './headers.ts'
import { asAddresses, asDate, asMessageIds, asText, decodeBytes, headersOf, headerValue, storable } from './headers.ts'

export { asAddresses, asDate, asMessageIds, asText, headersOf, headerValue } from './headers.ts'
export type { Address, Header } from './headers.ts'
export { baseSubject } from './subject.ts'

/** Of a message that cannot be read as MIME, this much is taken as its text. */
const RAW_TEXT_BYTES_MAX = 256 * 1024
const PREVIEW_CHARS_MAX = 256
/** HTML that is read for a preview. */
const PREVIEW_HTML_CHARS_MAX = 20_000
const LIMITS = { maxNestingDepth: 100, maxHeadersSize: 2 * 1024 * 1024, maxRfc822NestingDepth: 5 }

export interface Attachment {
  readonly name: string | null
  readonly type: string
  readonly disposition: string | null
  /** Content-ID without its brackets. */
  readonly cid: string | null
  readonly content: Uint8Array
}

export interface Message {
  readonly headers: readonly Header[]
  readonly subject: string | null
  readonly from: readonly Address[] | null
  readonly sender: readonly Address[] | null
  readonly replyTo: readonly Address[] | null
  readonly to: readonly Address[] | null
  readonly cc: readonly Address[] | null
  readonly bcc: readonly Address[] | null
  readonly messageId: readonly string[] | null
  readonly inReplyTo: readonly string[] | null
  readonly references: readonly string[] | null
  readonly sentAt: string | null
  readonly text: string | null
  readonly html: string | null
  readonly attachments: readonly Attachment[]
  readonly readable: boolean
}

export async function parseMessage(content: Uint8Array): Promise<Message> {
  const { headers, bodyStart } = headersOf(content)
  const form = <T>(name: string, read: (value: string) => T): T | null => {
    const value = headerValue(headers, name)
    return value === null ? null : read(value)
  }
  return {
    headers,
    subject: form('subject', asText),
    from: form('from', asAddresses),
    sender: form('sender', asAddresses),
    replyTo: form('reply-to', asAddresses),
    to: form('to', asAddresses),
    cc: form('cc', asAddresses),
    bcc: form('bcc', asAddresses),
    messageId: form('message-id', asMessageIds),
    inReplyTo: form('in-reply-to', asMessageIds),
    references: form('references', asMessageIds),
    sentAt: form('date', asDate),
    ...await bodiesOf(content, bodyStart),
  }
}

/** What search reads: both bodies, because the plain one often only says that there is another. */
export function searchableText({ text, html }: Message): string {
  return [text ?? '', html === null ? '' : textOfHtml(html)].join('\n')
}

/** The beginning of the text in one line, for lists of messages. */
export function previewOf(message: Message): string {
  const text = message.text ?? textOfHtml((message.html ?? '').slice(0, PREVIEW_HTML_CHARS_MAX))
  const line = text.slice(0, PREVIEW_CHARS_MAX * 8).replace(/\s+/g, ' ').trim()
  return line.slice(0, PREVIEW_CHARS_MAX).toWellFormed()
}

type Bodies = Pick<Message, 'text' | 'html' | 'attachments' | 'readable'>

async function bodiesOf(content: Uint8Array, bodyStart: number): Promise<Bodies> {
  const parsed = await parseBodies(content)
  const nothing = parsed.text === null && parsed.html === null && parsed.attachments.length === 0
  if (!nothing || bodyStart >= content.length) return parsed
  const text = decodeBytes(content.subarray(bodyStart, bodyStart + RAW_TEXT_BYTES_MAX))
  return { text: storable(text), html: null, attachments: [], readable: false }
}

async function parseBodies(content: Uint8Array): Promise<Bodies> {
  try {
    const { text, html, attachments } = await PostalMime.parse(content, LIMITS)
    return {
      text: text === undefined ? null : storable(text),
      html: html === undefined ? null : storable(html),
      attachments: attachments.map(attachmentOf),
      readable: true,
    }
  } catch {
    // Whatever the parser stumbled over is in the message, not in us.
    return { text: null, html: null, attachments: [], readable: false }
  }
}

function attachmentOf(part: ParsedAttachment): Attachment {
  return {
    name: part.filename === null ? null : storable(part.filename),
    type: part.mimeType,
    disposition: part.disposition,
    cid: part.contentId === undefined ? null : storable(part.contentId.replace(/^<|>$/g, '')),
    content: typeof part.content === 'string' ? Buffer.from(part.content) : new Uint8Array(part.content),
  }
}
