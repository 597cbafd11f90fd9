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

export type Budget = Pick<BodyBudget, 'take' | 'give'>

/** A budget of which one person has a part at most, so that nobody's slow bodies keep out everybody else's. */
export class SharedBudget {
  readonly #all: BodyBudget
  readonly #eachMax: number
  readonly #held = new Map<string, number>()

  constructor(bytesMax: number, eachMax: number) {
    this.#all = new BodyBudget(bytesMax)
    this.#eachMax = eachMax
  }

  of(person: string): Budget {
    return {
      take: bytes => {
        const held = (this.#held.get(person) ?? 0) + bytes
        if (held > this.#eachMax || !this.#all.take(bytes)) return false
        this.#held.set(person, held)
        return true
      },
      give: bytes => {
        this.#all.give(bytes)
        const held = (this.#held.get(person) ?? 0) - bytes
        if (held > 0) this.#held.set(person, held)
        else this.#held.delete(person)
      },
    }
  }
}

export type BodyRefusal = 'tooLarge' | 'busy'

/**
 * The whole body, whose bytes the caller gives back to the budget. Rejects when the client goes away. By events: a small
 * body is one chunk, for which an iterator costs more than all else here.
 */
export function readBody(
  request: IncomingMessage, bytesMax: number, budget: Budget,
): Promise<Buffer | BodyRefusal> {
  const readMax = READ_ON_FACTOR * bytesMax
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > readMax) return Promise.resolve('tooLarge')
  return new Promise((resolve, reject) => {
    let refusal: BodyRefusal | null = declared > bytesMax ? 'tooLarge' : null
    let chunks: Buffer[] = []
    let [bytes, held] = [0, 0]

    const refuse = (reason: BodyRefusal) => {
      refusal = reason
      budget.give(held)
      held = 0
      chunks = []
    }
    const take = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bytesMax) refuse('tooLarge')
      else if (refusal === null && !budget.take(chunk.length)) refuse('busy')
      if (refusal === null) {
        held += chunk.length
        chunks.push(chunk)
      }
      if (bytes <= readMax) return
      // The connection stays open for the reply.
      request.pause()
      end()
    }
    const end = () => {
      stop()
      const [only = Buffer.alloc(0)] = chunks
      resolve(refusal ?? (chunks.length < 2 ? only : Buffer.concat(chunks)))
    }
    const fail = (error?: Error) => {
      stop()
      budget.give(held)
      reject(error ?? new Error('the client went away'))
    }
    // An error comes before `close`, and after it nobody listens any more.
    const close = () => { fail() }
    const stop = () => { request.off('data', take).off('end', end).off('error', fail).off('close', close) }
    if (request.destroyed) fail(request.errored ?? undefined)
    else request.on('end', end).on('error', fail).on('close', close).on('data', take)
  })
}
