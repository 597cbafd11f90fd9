/**
 * The parts of a message in order, their transfer encoding undone (RFC 2045, RFC 2046, RFC 2231). Read from the top down, each
 * level in one pass over its bytes: the work grows with the size of a message and its few levels, and with nothing else that
 * a stranger may write into it, because a node reads mail on the one thread that also keeps its leases.
 *
 * | what is found | what becomes of it |
 * |---|---|
 * | more than PARTS_MAX parts | the rest is passed over |
 * | more levels than DEPTH_MAX | throws: nobody can say what the message is |
 * | a boundary that never comes | no part |
 * | a message as a part | its parts, after its most telling fields as a part of their own; in a report it is a part like others |
 */
import { asText, decodeBytes, headersOf, VALUE_CHARS_MAX } from './headers.ts'
import type { Header } from './headers.ts'

const DEPTH_MAX = 30
/** Empty ones take 50 ms. */
const PARTS_MAX = 5_000
const TOLD_OF_NESTED = ['From', 'Subject', 'Date', 'To', 'Cc']
const [TAB, LF, CR, SPACE, DASH] = [9, 10, 13, 32, 45]

export interface Part {
  /** Lower case, such as `text/plain`. */
  readonly type: string
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>
  readonly disposition: string | null
  readonly name: string | null
  /** Content-ID as it stands. */
  readonly cid: string | null
  readonly content: Buffer
  /** Parts of the same one say the same in different forms (multipart/alternative). */
  readonly choice: object
}

/** Throws when it is nested too deep. */
export function partsOf(content: Uint8Array): readonly Part[] {
  const reader = new PartReader()
  reader.read(Buffer.from(content.buffer, content.byteOffset, content.byteLength), { type: 'text/plain', depth: 0, choice: null, isReport: false })
  return reader.parts
}

interface Place { readonly type: string; readonly depth: number; readonly choice: object | null; readonly isReport: boolean }

class PartReader {
  readonly parts: Part[] = []
  #left = PARTS_MAX

  read(bytes: Buffer, place: Place): void {
    if (place.depth > DEPTH_MAX) throw new Error(`more than ${DEPTH_MAX} levels of parts`)
    const { headers, bodyStart } = headersOf(bytes)
    const { value: type = place.type, params } = structured(first(headers, 'content-type'))
    const body = bytes.subarray(bodyStart)
    const depth = place.depth + 1
    if (type.startsWith('multipart/')) {
      const choice = type === 'multipart/alternative' ? {} : place.choice
      const inner = { type: type === 'multipart/digest' ? 'message/rfc822' : 'text/plain', depth, choice, isReport: place.isReport || type === 'multipart/report' }
      for (const part of split(body, params.get('boundary') ?? '')) {
        if (this.#left-- <= 0) return
        this.read(part, inner)
      }
      return
    }
    const shown = structured(first(headers, 'content-disposition'))
    const disposition = shown.value ?? null
    const content = decoded(body, first(headers, 'content-transfer-encoding'))
    if (type === 'message/rfc822' && !place.isReport && (disposition ?? 'inline') === 'inline') {
      this.parts.push(toldOf(content))
      this.read(content, { type: 'text/plain', depth, choice: null, isReport: false })
      return
    }
    const name = shown.params.get('filename') ?? params.get('name') ?? null
    this.parts.push({
      type, params, disposition, name: name === null ? null : asText(name), cid: first(headers, 'content-id'), content, choice: place.choice ?? {},
    })
  }
}

/** What people look for a message by, for the message that brings it. */
function toldOf(message: Buffer): Part {
  const { headers } = headersOf(message)
  const lines = TOLD_OF_NESTED.flatMap(name => {
    const value = first(headers, name.toLowerCase())
    return value === null ? [] : [`${name}: ${asText(value)}`]
  })
  return { type: 'text/plain', params: new Map(), disposition: null, name: null, cid: null, content: Buffer.from(`${lines.join('\n')}\n`), choice: {} }
}

/** What stands between the lines of a boundary (RFC 2046 §5.1.1); the last part may lack its end. */
function* split(body: Buffer, boundary: string): Generator<Buffer, void, undefined> {
  if (boundary === '') return
  const delimiter = Buffer.from(`--${boundary}`)
  let start = -1
  for (let at = body.indexOf(delimiter); at !== -1; at = body.indexOf(delimiter, at + delimiter.length)) {
    if (at > 0 && body[at - 1] !== LF) continue
    let end = at + delimiter.length
    const isLast = body[end] === DASH && body[end + 1] === DASH
    if (isLast) end += 2
    while (body[end] === SPACE || body[end] === TAB) end++
    if (body[end] === CR) end++
    if (end < body.length && body[end] !== LF) continue
    if (start !== -1) yield body.subarray(start, Math.max(start, body[at - 2] === CR ? at - 2 : at - 1))
    if (isLast) return
    start = Math.min(end + 1, body.length)
  }
  if (start !== -1) yield body.subarray(start)
}

/** Of fields that come twice the first counts. */
function first(headers: readonly Header[], name: string): string | null {
  return headers.find(header => header.name.toLowerCase() === name)?.value ?? null
}

function decoded(body: Buffer, encoding: string | null): Buffer {
  const name = /[\w-]+/.exec((encoding ?? '').slice(0, VALUE_CHARS_MAX).replace(/\([^()]*\)/g, ''))?.[0].toLowerCase()
  if (name === 'base64') return Buffer.from(body.toString('latin1'), 'base64')
  if (name !== 'quoted-printable') return body
  const text = body.toString('latin1').replace(/=[ \t]*\r?\n/g, '').replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(text, 'latin1')
}

interface Piece { readonly isEncoded: boolean; readonly text: string }
interface Structured { readonly value?: string; readonly params: ReadonlyMap<string, string> }

/** A value and its parameters (RFC 2045 §5.1), those in pieces or with a charset put together (RFC 2231). */
function structured(raw: string | null): Structured {
  const text = (raw ?? '').slice(0, VALUE_CHARS_MAX).replace(/\r?\n/g, '')
  const value = /^[^;(]*/.exec(text)?.[0].trim().toLowerCase() ?? ''
  const pieces = new Map<string, Map<number, Piece>>()
  for (const [, key = '', quoted, plain = ''] of text.matchAll(/;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g)) {
    const [, name = key, nth = '0', star] = /^([^*]+)(?:\*(\d+))?(\*)?$/.exec(key.toLowerCase()) ?? []
    const known = pieces.get(name) ?? new Map<number, Piece>()
    pieces.set(name, known)
    if (!known.has(Number(nth))) known.set(Number(nth), { isEncoded: star !== undefined, text: quoted?.replace(/\\(.)/g, '$1') ?? plain.trim() })
  }
  const inOrder = (found: ReadonlyMap<number, Piece>): Piece[] => [...found].toSorted(([a], [b]) => a - b).map(([, piece]) => piece)
  const params = new Map([...pieces].map(([name, found]): [string, string] => [name, joined(inOrder(found))]))
  return value === '' ? { params } : { value, params }
}

function joined(pieces: readonly Piece[]): string {
  const [start] = pieces
  const [, charset = '', value = start?.text ?? ''] = start?.isEncoded ? /^([^']*)'[^']*'(.*)$/.exec(start.text) ?? [] : []
  const bytes = pieces.map(({ isEncoded, text }, nth) => {
    const own = nth === 0 ? value : text
    return isEncoded ? Buffer.from(own.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1') : Buffer.from(own)
  })
  return decodeText(Buffer.concat(bytes), charset)
}

/** Text of a charset; of none, or one that nobody knows: UTF-8, else what mail without a charset nearly always is. */
export function decodeText(bytes: Uint8Array, charset = ''): string {
  const label = charset.trim().toLowerCase()
  if (label === '' || label === 'us-ascii' || label === 'utf-8') return decodeBytes(bytes)
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return decodeBytes(bytes)
  }
}
