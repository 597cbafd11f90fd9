/** `/jmap/session`, `/.well-known/jmap` and `POST /jmap` (RFC 8620 §2, §3.1). */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AtOnce } from '../../base/at-once.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Principal } from '../../registry/method.ts'
import type { Authenticator } from './authorization.ts'
import { authenticate, requirePrincipal } from './authorization.ts'
import { BodyBudget, readBody } from './body.ts'
import { sendJson } from './json-reply.ts'
import { originOf } from './origin.ts'
import { HttpProblem, plainProblem } from './problem.ts'
import type { Problem } from './problem.ts'

/** What this listener needs of JMAP. */
export interface JmapService {
  readonly requestBytesMax: number
  readonly requestsPerAccountMax: number
  session(principal: Principal | null, origin: string): JsonObject
  answer(body: Uint8Array, principal: Principal, remote: string | null): Promise<JmapReply>
  overLimit(limit: 'maxSizeRequest' | 'maxConcurrentRequests'): Problem
  notJson(detail: string): Problem
}
export type JmapReply =
  | { readonly kind: 'reply'; readonly body: JsonObject }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** 25 requests of the largest size. */
const BODY_BYTES_AT_ONCE_MAX = 250_000_000
const BUSY = plainProblem(503, 'Too many large requests at once; try again in a moment.')
const BUSY_RETRY_MS = 1_000

export function jmapRoutes(app: FastifyInstance, auth: Authenticator, jmap: JmapService): void {
  const budget = new BodyBudget(BODY_BYTES_AT_ONCE_MAX)
  const places = new AtOnce(jmap.requestsPerAccountMax)

  app.get('/.well-known/jmap', (_request, reply) => reply.redirect('/jmap/session', 307))

  app.get('/jmap/session', async ({ raw }, reply) => {
    const principal = await authenticate(raw, auth)
    return sendJson(reply, JSON.stringify(jmap.session(principal, originOf(raw))))
  })

  const post = async ({ raw }: FastifyRequest, reply: FastifyReply) => {
    const principal = await requirePrincipal(raw, auth)
    const answer = await places.run(principal.accountId, () => answerBody(raw, principal))
    if (answer === null) throw new HttpProblem(jmap.overLimit('maxConcurrentRequests'))
    if (answer.kind === 'problem') throw new HttpProblem(answer.problem)
    return sendJson(reply, JSON.stringify(answer.body))
  }
  // Before fastify looks at the type, because to JMAP a wrong one is no 415.
  const onRequest = async ({ raw }: FastifyRequest) => {
    if (!isJson(raw)) throw new HttpProblem(jmap.notJson('Send it with Content-Type: application/json.'))
  }
  // Clients add the slash or not, and follow no redirect on a POST.
  app.post('/jmap', { onRequest }, post)
  app.post('/jmap/', { onRequest }, post)

  async function answerBody(request: IncomingMessage, principal: Principal): Promise<JmapReply> {
    const body = await readBody(request, jmap.requestBytesMax, budget)
    if (body === 'tooLarge') return { kind: 'problem', problem: jmap.overLimit('maxSizeRequest') }
    if (body === 'busy') throw new HttpProblem(BUSY, BUSY_RETRY_MS)
    try {
      return await jmap.answer(body, principal, request.socket.remoteAddress ?? null)
    } finally {
      budget.give(body.length)
    }
  }
}

function isJson(request: IncomingMessage): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase() === 'application/json'
}
