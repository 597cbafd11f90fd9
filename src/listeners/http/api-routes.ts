/** `/api`: what the management clients ask beside JMAP. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LOCALE_DEFAULT } from '../../registry/objects/locale.ts'
import type { SchemaDocument } from '../../registry/schema/document.ts'
import type { Authenticator } from './authorization.ts'
import { requirePrincipal } from './authorization.ts'
import { takesCoding } from './content-coding.ts'
import { sendJson } from './json-reply.ts'

const SCHEMA_CACHED = 'public, max-age=31536000, immutable'

export function apiRoutes(app: FastifyInstance, auth: Authenticator, schema: SchemaDocument): void {
  const schemaPath = `/api/schema/${schema.hash}`

  app.get('/api/account', async ({ raw }, reply) => {
    const { permissions, locale = LOCALE_DEFAULT } = await requirePrincipal(raw, auth)
    // `oss`: the console leaves out what only other editions have.
    const account = { permissions: [...permissions].toSorted(), edition: 'oss', locale }
    return sendJson(reply, JSON.stringify(account))
  })

  const newest = async ({ raw }: FastifyRequest, reply: FastifyReply) => {
    await requirePrincipal(raw, auth)
    return reply.redirect(schemaPath, 302)
  }
  app.get('/api/schema', newest)
  // Another hash: a client of another version asks; it is led to what there is.
  app.get('/api/schema/:hash', newest)

  app.get(schemaPath, async ({ raw }, reply) => {
    await requirePrincipal(raw, auth)
    reply.header('Cache-Control', SCHEMA_CACHED).header('Vary', 'Accept-Encoding')
    if (!takesCoding(raw.headers['accept-encoding'], 'gzip')) return sendJson(reply, schema.json)
    return reply.type('application/json').header('Content-Encoding', 'gzip').send(schema.gzip)
  })
}
