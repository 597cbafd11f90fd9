/** What a client offers in the first record of a TLS handshake, read without taking part in it (RFC 8446 §4.1.2). */

const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const ALPN_EXTENSION = 16
const RECORD_HEADER_BYTES = 5
/** Of a record (RFC 8446 §5.1). */
export const HELLO_BYTES_MAX = 16_384 + RECORD_HEADER_BYTES

/** `more`: the record has not come whole. `protocols`: what it offers (RFC 7301); none where it offers none, or is no hello. */
export type ClientHello = { readonly kind: 'more' } | { readonly kind: 'read'; readonly protocols: readonly string[] }

export function readClientHello(bytes: Buffer): ClientHello {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return { kind: 'read', protocols: [] }
  if (bytes.length < RECORD_HEADER_BYTES) return { kind: 'more' }
  const end = RECORD_HEADER_BYTES + bytes.readUInt16BE(3)
  if (end > HELLO_BYTES_MAX) return { kind: 'read', protocols: [] }
  if (bytes.length < end) return { kind: 'more' }
  return { kind: 'read', protocols: protocolsOf(bytes.subarray(RECORD_HEADER_BYTES, end)) }
}

/** A hello that goes on in a second record, or is cut short, offers nothing that is looked for here. */
function protocolsOf(hello: Buffer): string[] {
  if (hello[0] !== CLIENT_HELLO) return []
  try {
    // Type, length, version and random; then three lists, each with its length before it.
    let at = 4 + 2 + 32
    at += 1 + hello.readUInt8(at)
    at += 2 + hello.readUInt16BE(at)
    at += 1 + hello.readUInt8(at)
    const end = at + 2 + hello.readUInt16BE(at)
    for (at += 2; at < end;) {
      const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)]
      if (type === ALPN_EXTENSION) return names(hello.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    return []
  } catch (error) {
    if (error instanceof RangeError) return []
    throw error
  }
}

function names(list: Buffer): string[] {
  const found: string[] = []
  for (let at = 2; at < list.length;) {
    const length = list.readUInt8(at)
    found.push(list.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return found
}
