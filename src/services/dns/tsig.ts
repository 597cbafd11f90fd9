/**
 * Transaction signatures (RFC 8945) with keys that two sides share. Pure: octets and a time in, octets or a verdict out.
 * Truncated signatures are not taken: nobody has to send them.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeReply, CLASS, resource } from './message.ts'
import { decodeName, encodeName } from './name.ts'

export const TSIG_ALGORITHMS = { 'hmac-sha256': 'sha256', 'hmac-sha384': 'sha384', 'hmac-sha512': 'sha512' } as const
export type TsigAlgorithm = keyof typeof TSIG_ALGORITHMS
export interface TsigKey { readonly name: string; readonly algorithm: TsigAlgorithm; readonly secret: Buffer }

const TYPE_TSIG = 250
/** Seconds by which two clocks may differ (RFC 8945 §10). */
export const FUDGE_S = 300
const ERROR = { badSig: 16, badKey: 17, badTime: 18 } as const

/**
 * `badKey`, `badSig`, `badTime`: what the server says of our message; it signs the last alone, and `offS` is how far its
 * clock is ahead of ours. `forged`: the reply itself is not one of who has the key, or not of this time.
 */
export type TsigVerdict =
  | { readonly kind: 'verified' }
  | { readonly kind: 'badKey' | 'badSig' }
  | { readonly kind: 'badTime'; readonly offS: number }
  | { readonly kind: 'forged'; readonly why: string }

export interface Signed { readonly message: Buffer; readonly mac: Buffer }

/** `now` in ms; `before`: what is signed before the message, as a reply does with the length and MAC of its question. */
export function sign(message: Buffer, key: TsigKey, now: number, before: Buffer = Buffer.alloc(0)): Signed {
  const timeS = Math.floor(now / 1_000)
  const variables: Variables = { timeS, fudgeS: FUDGE_S, error: 0, other: Buffer.alloc(0) }
  const mac = macOf(key, [before, message, digested(key, variables)])
  const rdata = Buffer.concat([
    encodeName(key.algorithm), time(variables), uint16(mac.length), mac, message.subarray(0, 2), uint16(0), uint16(0),
  ])
  const signed = Buffer.concat([message, resource(key.name, TYPE_TSIG, CLASS.ANY, 0, rdata)])
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10)
  return { message: signed, mac }
}

/** Of the reply to a message with this MAC. */
export function verify(reply: Buffer, requestMac: Buffer, key: TsigKey, now: number): TsigVerdict {
  const last = decodeReply(reply)?.additional.at(-1)
  if (last?.type !== TYPE_TSIG) return forged('the reply is not signed')
  const signature = read(last.rdata)
  if (signature === null) return forged('the signature cannot be read')
  if (last.owner !== key.name.toLowerCase() || signature.algorithm !== key.algorithm) return forged('the reply is signed with another key')
  // Who does not share the key cannot sign: these two are believed as far as they say that nothing was done.
  if (signature.mac.length === 0 && signature.error === ERROR.badKey) return { kind: 'badKey' }
  if (signature.mac.length === 0 && signature.error === ERROR.badSig) return { kind: 'badSig' }
  const unsigned = Buffer.from(reply.subarray(0, last.start))
  unsigned.writeUInt16BE(signature.originalId, 0)
  unsigned.writeUInt16BE(reply.readUInt16BE(10) - 1, 10)
  const mac = macOf(key, [uint16(requestMac.length), requestMac, unsigned, digested(key, signature)])
  if (mac.length !== signature.mac.length || !timingSafeEqual(mac, signature.mac)) return forged('the signature of the reply is wrong')
  const nowS = Math.floor(now / 1_000)
  if (signature.error === ERROR.badTime) {
    return { kind: 'badTime', offS: (signature.other.length === 6 ? signature.other.readUIntBE(0, 6) : signature.timeS) - nowS }
  }
  if (signature.error !== 0) return forged(`the signature says error ${signature.error}`)
  if (Math.abs(signature.timeS - nowS) > signature.fudgeS) return forged('the reply is of another time')
  return { kind: 'verified' }
}

interface Variables { readonly timeS: number; readonly fudgeS: number; readonly error: number; readonly other: Buffer }
interface Signature extends Variables { readonly algorithm: string; readonly mac: Buffer; readonly originalId: number }

/** RFC 8945 §4.2. */
function read(rdata: Buffer): Signature | null {
  const algorithm = decodeName(rdata, 0)
  if (algorithm === null || algorithm.end + 10 > rdata.length) return null
  const at = algorithm.end
  const macEnd = at + 10 + rdata.readUInt16BE(at + 8)
  if (macEnd + 6 > rdata.length || macEnd + 6 + rdata.readUInt16BE(macEnd + 4) !== rdata.length) return null
  return {
    algorithm: algorithm.name, timeS: rdata.readUIntBE(at, 6), fudgeS: rdata.readUInt16BE(at + 6), mac: rdata.subarray(at + 10, macEnd),
    originalId: rdata.readUInt16BE(macEnd), error: rdata.readUInt16BE(macEnd + 2), other: rdata.subarray(macEnd + 6),
  }
}

/** The variables that are signed with the message (RFC 8945 §4.3.3). */
function digested({ name, algorithm }: TsigKey, variables: Variables): Buffer {
  return Buffer.concat([
    encodeName(name), uint16(CLASS.ANY), Buffer.alloc(4), encodeName(algorithm), time(variables),
    uint16(variables.error), uint16(variables.other.length), variables.other,
  ])
}

function macOf({ algorithm, secret }: TsigKey, parts: readonly Buffer[]): Buffer {
  const hmac = createHmac(TSIG_ALGORITHMS[algorithm], secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

function time({ timeS, fudgeS }: Variables): Buffer {
  const octets = Buffer.alloc(8)
  octets.writeUIntBE(timeS, 0, 6)
  octets.writeUInt16BE(fudgeS, 6)
  return octets
}

function uint16(value: number): Buffer {
  const octets = Buffer.alloc(2)
  octets.writeUInt16BE(value)
  return octets
}

function forged(why: string): TsigVerdict {
  return { kind: 'forged', why }
}
