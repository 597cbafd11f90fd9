/** Reading a request body without ever holding more of it than allowed. */
import type { IncomingMessage } from 'node:http'

/**
 * What is too large is read on and thrown away up to this many times the limit, so that the client is still
 * there to read why; most send everything before they look at the reply. Beyond that the connection is
 * closed.
 */
const READ_ON_FACTOR = 2

/** Bytes of bodies that all requests together may hold. */
export class BodyBudget {
  #left: number

  constructor(bytesMax: number) {
    this.#left = bytesMax
  }

  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  give(bytes: number): void {
    this.#left += bytes
  }
}

export type BodyRefusal = 'tooLarge' | 'busy'

/** The whole body, whose bytes the caller gives back to the budget. Rejects when the client goes away. */
export async function readBody(
  request: IncomingMessage, bytesMax: number, budget: BodyBudget,
): Promise<Buffer | BodyRefusal> {
  const readMax = READ_ON_FACTOR * bytesMax
  const declared = Number(request.headers['content-length'] ?? 0)
  let refusal: BodyRefusal | null = declared > bytesMax ? 'tooLarge' : null
  if (declared > readMax) return 'tooLarge'
  const chunks: Buffer[] = []
  let [bytes, held] = [0, 0]
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.length
      if (bytes > bytesMax) refusal = 'tooLarge'
      if (refusal === null && !budget.take(chunk.length)) refusal = 'busy'
      if (refusal === null) {
        held += chunk.length
        chunks.push(chunk)
      } else chunks.length = 0
      if (bytes > readMax) break
    }
    if (refusal !== null) return refusal
    held = 0
    return Buffer.concat(chunks)
  } finally {
    budget.give(held)
  }
}

/** Leaving the loop early leaves the connection open for the reply. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
}
