/**
 * Domain names as octets (RFC 1035 §3.1, §4.1.4). Texts are in lower case, without the dot at the end; the root is ''.
 * Octets of a label that are no plain character are written as \DDD, so that two names are one text only if they are one name.
 */
import { assert } from '../../base/assert.ts'

const LABEL_OCTETS_MAX = 63
const NAME_OCTETS_MAX = 255
/** A name has at most 127 labels, so more jumps than that are a circle. */
const JUMPS_MAX = 127
/** What a plain label may have; the underscore stands before names of services (RFC 8552). */
const LABEL = /^[a-z0-9_*-]{1,63}$/

/** Whether `encodeName` takes it. */
export function isPlainName(name: string): boolean {
  const labels = plain(name).split('.')
  return labels.every(label => LABEL.test(label)) && octetsOf(labels) <= NAME_OCTETS_MAX
}

export function encodeName(name: string): Buffer {
  const text = plain(name)
  if (text === '') return Buffer.from([0])
  assert(isPlainName(text), 'a name that cannot be a domain name')
  return Buffer.concat([...text.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')), Buffer.from([0])])
}

/** `end`: where the name ends in the message; a jump does not move it. Null: it is none, or leaves the message. */
export function decodeName(message: Buffer, start: number): { readonly name: string; readonly end: number } | null {
  const labels: string[] = []
  let [at, end, jumps, octets] = [start, -1, 0, 1]
  for (;;) {
    const length = message[at]
    if (length === undefined) return null
    if (length === 0) return { name: labels.join('.'), end: end < 0 ? at + 1 : end }
    if (length >= 0xc0) {
      if (at + 2 > message.length || ++jumps > JUMPS_MAX) return null
      if (end < 0) end = at + 2
      at = message.readUInt16BE(at) & 0x3fff
      continue
    }
    octets += length + 1
    if (length > LABEL_OCTETS_MAX || octets > NAME_OCTETS_MAX || at + 1 + length > message.length) return null
    labels.push(labelText(message.subarray(at + 1, at + 1 + length)))
    at += 1 + length
  }
}

/** Whether it is the zone itself or lies in it. */
export function isWithin(name: string, zone: string): boolean {
  const [inner, outer] = [plain(name), plain(zone)]
  return outer === '' || inner === outer || inner.endsWith(`.${outer}`)
}

function plain(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

function octetsOf(labels: readonly string[]): number {
  return labels.reduce((sum, { length }) => sum + length + 1, 1)
}

function labelText(label: Buffer): string {
  return [...label].map(octet => {
    const character = String.fromCharCode(octet).toLowerCase()
    return LABEL.test(character) ? character : `\\${String(octet).padStart(3, '0')}`
  }).join('')
}
