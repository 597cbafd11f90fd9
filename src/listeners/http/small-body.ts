/**
 * Bodies of requests by strangers: nobody has logged in yet, so they are small, few at once from one address, and of
 * the type that the route takes.
 */
import type { IncomingMessage } from 'node:http'
import { AtOnce } from '../../base/at-once.ts'
import { failureSource } from '../../services/auth/network.ts'
import { BodyBudget, readBody } from './body.ts'
import { HttpProblem, plainProblem } from './problem.ts'

const BODY_BYTES_MAX = 16_384
const BODY_BYTES_AT_ONCE_MAX = 8_000_000
const REQUESTS_PER_SOURCE_MAX = 32
const BUSY_RETRY_MS = 1_000

export class SmallBodies {
  readonly #budget = new BodyBudget(BODY_BYTES_AT_ONCE_MAX)
  readonly #places = new AtOnce(REQUESTS_PER_SOURCE_MAX)

  /** Runs `work` with the text of the body. Throws HttpProblem: 413, 429 or 503. */
  async run<T>(request: IncomingMessage, work: (text: string) => Promise<T>): Promise<T> {
    const source = failureSource(request.socket.remoteAddress ?? '')
    const done = await this.#places.run(source, async () => ({ result: await work(await this.#read(request)) }))
    if (done === null) throw busy(429, 'Too many requests at once from your address.')
    return done.result
  }

  async #read(request: IncomingMessage): Promise<string> {
    const body = await readBody(request, BODY_BYTES_MAX, this.#budget)
    if (body === 'busy') throw busy(503, 'Too many requests at once; try again in a moment.')
    if (body === 'tooLarge') {
      throw new HttpProblem(plainProblem(413, `The body is larger than ${BODY_BYTES_MAX} bytes.`))
    }
    this.#budget.give(body.length)
    return body.toString('utf8')
  }
}

export function mediaType({ headers }: IncomingMessage): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase()
}

function busy(status: number, detail: string): HttpProblem {
  return new HttpProblem(plainProblem(status, detail), BUSY_RETRY_MS)
}
