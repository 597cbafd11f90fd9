/**
 * Ids: 63 bits = 42 bits of ms since 2025-01-01, 10 bits of node, 11 bits of sequence; written as 13 characters of
 * base32hex in lower case (RFC 4648 §7), so that text order is time order in every store (COLLATE "C").
 * A first character of 0-7 keeps the words `singleton` and `new` from ever being an id.
 */
import type { Clock } from './clock.ts'
import { assert } from './assert.ts'

export type Id = string

const EPOCH_MS = Date.UTC(2025, 0, 1)
const NODE_BITS = 10n
const SEQUENCE_BITS = 11n
const SEQUENCE_MAX = 2 ** Number(SEQUENCE_BITS) - 1
export const NODE_NUMBER_MAX = 2 ** Number(NODE_BITS) - 1
/** 42 bits: until 2164. */
const TIME_MS_MAX = 2 ** 42 - 1
export const ID_LENGTH = 13
const ID_SHAPE = /^[0-7][0-9a-v]{12}$/

export interface IdSource { next(): Id }

/** Ids of one node; when a millisecond is full, or the wall clock steps back, it goes on from its own last time. */
export function idSource(nodeNumber: number, clock: Clock): IdSource {
  assert(Number.isInteger(nodeNumber) && nodeNumber >= 0 && nodeNumber <= NODE_NUMBER_MAX, `node number ${nodeNumber}`)
  let lastMs = 0
  let sequence = 0
  return {
    next() {
      const nowMs = clock.now() - EPOCH_MS
      if (nowMs > lastMs) {
        lastMs = nowMs
        sequence = 0
      } else if (++sequence > SEQUENCE_MAX) {
        lastMs += 1
        sequence = 0
      }
      return encode((BigInt(lastMs) << (NODE_BITS + SEQUENCE_BITS)) | (BigInt(nodeNumber) << SEQUENCE_BITS) | BigInt(sequence))
    },
  }
}

/** When it was made, in ms since 1970; of what has the form of an id. */
export function timeOf(id: Id): number {
  return EPOCH_MS + Number(decode(id) >> (NODE_BITS + SEQUENCE_BITS))
}

/** Not above any id that is made from then on; that of 2025 for anything earlier, the last one for what is beyond all ids. */
export function firstIdAt(ms: number): Id {
  const sinceMs = Math.min(Math.max(Math.ceil(ms) - EPOCH_MS, 0), TIME_MS_MAX)
  return encode(BigInt(sinceMs) << (NODE_BITS + SEQUENCE_BITS))
}

function decode(id: Id): bigint {
  return [...id].reduce((value, digit) => value << 5n | BigInt(Number.parseInt(digit, 32)), 0n)
}

function encode(value: bigint): Id {
  return value.toString(32).padStart(ID_LENGTH, '0')
}

export function isId(text: string): boolean {
  return ID_SHAPE.test(text)
}
