/**
 * `/jmap/download/{accountId}/{blobId}/{name}` (RFC 8620 §6.2). The content was written by strangers: it is
 * always a file to save, never a page of this origin.
 */
import type { FastifyInstance } from 'fastify'
import type { Id } from '../../base/ids.ts'
import type { Principal } from '../../registry/method.ts'
import type { Authenticator } from './authorization.ts'
import { requirePrincipal } from './authorization.ts'
import { HttpProblem, plainProblem } from './problem.ts'

/** Null: there is no such blob, or it is none of the caller's business; the two look alike. */
export type Download = (principal: Principal, accountId: Id, blobId: string) => Promise<Uint8Array | null>

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}(?:; ?charset=[a-z0-9_-]{1,40})?$/i
interface Route {
  readonly Params: { readonly accountId: string; readonly blobId: string; readonly name: string }
  readonly Querystring: { readonly accept?: string | readonly string[] }
}

export function downloadRoute(app: FastifyInstance, auth: Authenticator, download: Download): void {
  app.get<Route>('/jmap/download/:accountId/:blobId/:name', async (request, reply) => {
    const principal = await requirePrincipal(request.raw, auth)
    const { accountId, blobId, name } = request.params
    const content = await download(principal, accountId, blobId)
    if (content === null) throw new HttpProblem(plainProblem(404, 'There is no such blob in this account.'))
    const { accept } = request.query
    const type = typeof accept === 'string' && MEDIA_TYPE.test(accept) ? accept : 'application/octet-stream'
    return reply
      .type(type)
      .header('Content-Disposition', `attachment; filename*=UTF-8''${encodedName(name)}`)
      // A blob never changes: its id is its content.
      .header('Cache-Control', 'private, max-age=31536000, immutable')
      .send(content)
  })
}

/** RFC 8187: what encodeURIComponent leaves but this grammar does not allow. */
function encodedName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed())
  return encoded.replace(/['()*]/g, mark => `%${mark.charCodeAt(0).toString(16)}`)
}
