/**
 * What a message says and brings: its text, its HTML and its attachments, out of its parts (mime.ts). Where a message has
 * both kinds of text, each is whole: of forms that say the same, the one of its kind, and what has none is turned into it.
 */
import { HTML_CHARS_MAX, type HtmlReader } from '../search/html.ts'
import { storable } from './headers.ts'
import { decodeText, partsOf } from './mime.ts'
import type { Part } from './mime.ts'

export interface Attachment {
  readonly name: string | null
  readonly type: string
  readonly disposition: string | null
  /** Content-ID without its brackets. */
  readonly cid: string | null
  readonly content: Uint8Array
}
export interface Bodies { readonly text: string | null; readonly html: string | null; readonly attachments: readonly Attachment[] }

/** Throws when it is nested too deep. */
export function readBodies(content: Uint8Array, textOfHtml: HtmlReader): Bodies {
  const choices = new Map<object, { plain?: string[]; html?: string[] }>()
  const attachments: Attachment[] = []
  for (const part of partsOf(content)) {
    const kind = part.disposition === 'attachment' ? undefined : ({ 'text/plain': 'plain', 'text/html': 'html' } as const)[part.type]
    if (kind === undefined) {
      attachments.push(attachmentOf(part))
      continue
    }
    const choice = choices.get(part.choice) ?? {}
    choices.set(part.choice, choice);
    (choice[kind] ??= []).push(textOf(part))
  }
  const all = [...choices.values()]
  return {
    text: all.some(({ plain }) => plain) ? wholeText(all, textOfHtml) : null,
    html: all.some(({ html }) => html) ? all.flatMap(({ plain = [], html }) => html ?? plain.map(htmlOfText)).join('\n') : null,
    attachments,
  }
}

/** All HTML of one message is turned into no more text than that of one part may be. */
function wholeText(choices: readonly { readonly plain?: readonly string[]; readonly html?: readonly string[] }[], textOfHtml: HtmlReader): string {
  let left = HTML_CHARS_MAX
  const texts = choices.flatMap(({ plain, html = [] }) => plain ?? html.map(each => {
    const some = each.slice(0, left)
    left -= some.length
    return some === '' ? '' : textOfHtml(some)
  }))
  return storable(texts.join('\n'))
}

function textOf({ type, params, content }: Part): string {
  const text = storable(decodeText(content, params.get('charset'))).replaceAll('\r\n', '\n')
  const isFlowed = type === 'text/plain' && params.get('format')?.toLowerCase() === 'flowed'
  return isFlowed ? unflowed(text, params.get('delsp')?.toLowerCase() === 'yes') : text
}

/** Lines that end with a space go on in the next one of the same quote (RFC 3676 §4). */
function unflowed(text: string, withoutSpace: boolean): string {
  const paragraphs: string[][] = []
  let [goesOn, quoteBefore] = [false, '']
  for (const line of text.split('\n')) {
    const quote = /^>*/.exec(line)?.[0] ?? ''
    const rest = line.slice(quote.length).replace(/^ /, '')
    const isSoft = rest.endsWith(' ') && rest !== '-- '
    const words = isSoft && withoutSpace ? rest.slice(0, -1) : rest
    if (goesOn && quote === quoteBefore) paragraphs.at(-1)?.push(words)
    else paragraphs.push([quote === '' ? words : `${quote} ${words}`])
    goesOn = isSoft
    quoteBefore = quote
  }
  return paragraphs.map(words => words.join('')).join('\n')
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function htmlOfText(text: string): string {
  return `<div>${text.replace(/[&<>"]/g, char => ESCAPES[char] ?? char).replaceAll('\n', '<br>')}</div>`
}

function attachmentOf({ type, name, disposition, cid, content }: Part): Attachment {
  return { name, type, disposition, cid: cid === null ? null : storable(cid.trim().replace(/^<|>$/g, '')), content: new Uint8Array(content) }
}
