/**
 * Numbers of a model as stored content: 32-bit floats as they are in memory, deflated. Most of a young model are zeros. Whoever reads
 * them trusts nothing: a content that is cut off, too long, or holds something that is no number is refused.
 */
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { RotaError } from '../../errors.ts'
import { FEATURES } from './features.ts'

/** Of features, weights and their content: a model of another number is not for this version. */
export const MODEL_FORMAT = 1
const BYTES = (FEATURES + 1) * Float32Array.BYTES_PER_ELEMENT

const [pack, unpack] = [promisify(deflateRaw), promisify(inflateRaw)]

export async function packNumbers(numbers: Float32Array): Promise<Buffer> {
  return pack(Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength), { level: 1 })
}

/** Throws spam/unreadable-model. */
export async function unpackNumbers(content: Uint8Array): Promise<Float32Array> {
  const bytes = await unpack(content, { maxOutputLength: BYTES }).catch((error: unknown) => {
    throw new RotaError('spam/unreadable-model', `its content cannot be unpacked (${error instanceof Error ? error.message : 'unknown'})`)
  })
  if (bytes.byteLength !== BYTES) throw new RotaError('spam/unreadable-model', `it has ${bytes.byteLength} bytes instead of ${BYTES}`)
  // Aligned anew: what zlib returns may begin anywhere.
  const numbers = new Float32Array(new Uint8Array(bytes).buffer)
  if (!numbers.every(Number.isFinite)) throw new RotaError('spam/unreadable-model', 'one of its weights is no number')
  return numbers
}
