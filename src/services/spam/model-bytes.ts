/**
 * Numbers of a model as stored content: 32-bit floats as they are in memory, deflated piece by piece, each after its length in
 * bytes. Most of a young model are zeros. Pieces are small enough that mail is served between two of them. Whoever reads
 * them trusts nothing: a content that is cut off, too long, or holds something that is no number is refused.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { errorText, RotaError } from '../../errors.ts'
import { FEATURES } from './features.ts'

/** Of features, weights and their content: a model of another number is not for this version. */
export const MODEL_FORMAT = 1
const NUMBERS = FEATURES + 1
/** 256 KiB; packing the fullest takes 8 ms. */
const PIECE_NUMBERS = 65_536
const PIECE_BYTES_MAX = PIECE_NUMBERS * Float32Array.BYTES_PER_ELEMENT
const LENGTH_BYTES = 4

/** `breathe`: called between two pieces. */
export async function packNumbers(numbers: Float32Array, breathe: () => Promise<void>): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let start = 0; start < NUMBERS; start += PIECE_NUMBERS) {
    const piece = numbers.subarray(start, start + PIECE_NUMBERS)
    const packed = deflateRawSync(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength), { level: 1 })
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32LE(packed.byteLength)
    parts.push(length, packed)
    await breathe()
  }
  return Buffer.concat(parts)
}

/** Throws spam/unreadable-model. */
export function unpackNumbers(content: Uint8Array): Float32Array {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const numbers = new Float32Array(NUMBERS)
  let at = 0
  for (let start = 0; start < NUMBERS; start += PIECE_NUMBERS) {
    const wanted = Math.min(PIECE_NUMBERS, NUMBERS - start)
    const piece = unpackPiece(bytes, at)
    if (piece.numbers.length !== wanted) throw unreadable(`one of its pieces has ${piece.numbers.length} numbers instead of ${wanted}`)
    numbers.set(piece.numbers, start)
    at = piece.end
  }
  if (at !== bytes.length) throw unreadable('there is more than a model in its content')
  if (!areFinite(numbers)) throw unreadable('one of its weights is no number')
  return numbers
}

/** A fraction of the time that a call for each of a million takes. */
function areFinite(numbers: Float32Array): boolean {
  for (const number of numbers) if (!(number - number === 0)) return false
  return true
}

function unpackPiece(bytes: Buffer, at: number): { readonly numbers: Float32Array; readonly end: number } {
  if (at + LENGTH_BYTES > bytes.length) throw unreadable('its content is cut off')
  const end = at + LENGTH_BYTES + bytes.readUInt32LE(at)
  if (end > bytes.length) throw unreadable('its content is cut off')
  try {
    const plain = inflateRawSync(bytes.subarray(at + LENGTH_BYTES, end), { maxOutputLength: PIECE_BYTES_MAX })
    // Aligned anew: what zlib returns may begin anywhere.
    return { numbers: new Float32Array(new Uint8Array(plain).buffer, 0, Math.floor(plain.byteLength / Float32Array.BYTES_PER_ELEMENT)), end }
  } catch (error) {
    throw unreadable(`its content cannot be unpacked (${errorText(error)})`)
  }
}

function unreadable(why: string): RotaError {
  return new RotaError('spam/unreadable-model', why)
}
