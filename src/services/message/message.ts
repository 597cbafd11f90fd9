/**
 * A message as people see it, read from its bytes: header fields by headers.ts, bodies and attachments by bodies.ts. A
 * message whose parts are nested too deep, or that shows no part at all, is not refused: `readable` is false then, and its
 * text is what stands after the header.
 */
import { htmlReader, type HtmlReader } from '../search/html.ts'
import type { Attachment } from './bodies.ts'
import { readBodies } from './bodies.ts'
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
    ...bodiesOf(content, bodyStart, await htmlReader()),
  }
}

/** What search reads: both bodies, because the plain one often only says that there is another. */
export async function searchableText({ text, html }: Message): Promise<string> {
  return [text ?? '', html === null ? '' : (await htmlReader())(html)].join('\n')
}

/** The beginning of the text in one line, for lists of messages. */
export async function previewOf(message: Message): Promise<string> {
  const text = message.text ?? (await htmlReader())((message.html ?? '').slice(0, PREVIEW_HTML_CHARS_MAX))
  const line = text.slice(0, PREVIEW_CHARS_MAX * 8).replace(/\s+/g, ' ').trim()
  return line.slice(0, PREVIEW_CHARS_MAX).toWellFormed()
}

type Bodies = Pick<Message, 'text' | 'html' | 'attachments' | 'readable'>

function bodiesOf(content: Uint8Array, bodyStart: number, textOfHtml: HtmlReader): Bodies {
  const read = content.length === 0 ? NOTHING : tryBodies(content, textOfHtml)
  const nothing = read === null || (read.text === null && read.html === null && read.attachments.length === 0)
  if (read !== null && (!nothing || bodyStart >= content.length)) return { ...read, readable: true }
  const text = decodeBytes(content.subarray(bodyStart, bodyStart + RAW_TEXT_BYTES_MAX))
  return { text: storable(text), html: null, attachments: [], readable: false }
}
const NOTHING = { text: null, html: null, attachments: [] }

function tryBodies(content: Uint8Array, textOfHtml: HtmlReader): Omit<Bodies, 'readable'> | null {
  try {
    return readBodies(content, textOfHtml)
  } catch {
    // Whatever the reader stumbled over is in the message, not in us.
    return null
  }
}
