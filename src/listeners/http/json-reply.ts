/**
 * JSON as a reply. As bytes, because fastify would add a charset to the type of text, which JSON types do not
 * have.
 */
import type { FastifyReply } from 'fastify'

export function sendJson(reply: FastifyReply, text: string, type = 'application/json'): FastifyReply {
  return reply.type(type).send(Buffer.from(text))
}
