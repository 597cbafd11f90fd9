/**
 * `/.well-known/acme-challenge/{token}` (RFC 8555 §8.3): what a certificate authority looks for when it is to believe that a
 * name is served here. Anybody may ask; what is told is worth nothing without the key of our account.
 */
import type { FastifyInstance } from 'fastify'
import { HttpProblem, plainProblem } from './problem.ts'

/** Null: there is no such token. */
export type AnswerChallenge = (token: string) => Promise<string | null>

export function acmeRoute(app: FastifyInstance, answer: AnswerChallenge): void {
  app.get<{ readonly Params: { readonly token: string } }>('/.well-known/acme-challenge/:token', async ({ params }, reply) => {
    const text = await answer(params.token)
    if (text === null) throw new HttpProblem(plainProblem(404, 'No certificate authority was told this token.'))
    return reply.type('application/octet-stream').send(text)
  })
}
