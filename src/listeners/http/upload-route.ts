/**
 * `POST /jmap/upload/{accountId}/` (RFC 8620 §6.1). Who may upload, and whether he has room, is asked before the body is read.
 * Refusals are those of RFC 8620 §3.6.1, with the limit by name.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AtOnce } from '../../base/at-once.ts'
import type { Id } from '../../base/ids.ts'
import { hasCode } from '../../errors.ts'
import type { Principal } from '../../registry/method.ts'
import type { Authenticator } from './authorization.ts'
import { requirePrincipal } from './authorization.ts'
import { readBody, SharedBudget } from './body.ts'
import { sendJson } from './json-reply.ts'
import { HttpProblem, plainProblem } from './problem.ts'

/** What this listener needs of uploads. */
export interface UploadService {
  readonly octetsMax: number
  /** Of one caller on this node. */
  readonly atOnceMax: number
  mayUpload(principal: Principal, accountId: Id): 'yes' | 'forbidden' | 'noAccount'
  /** Throws upload/over-quota. */
  checkRoom(uploaderId: Id, octets: number): Promise<void>
  /** Returns the blob id. Throws upload/over-quota, mail/account-gone. */
  store(accountId: Id, uploaderId: Id, content: Uint8Array): Promise<string>
}

/** Of all uploads of this node. */
const OCTETS_AT_ONCE_MAX = 150_000_000
/** Of one caller: two of the largest. */
const OWN_OCTETS_AT_ONCE_MAX = 100_000_000
const RETRY_MS = 1_000
const TYPE_CHARS_MAX = 255
interface Route { readonly Params: { readonly accountId: string } }

export function uploadRoute(app: FastifyInstance, auth: Authenticator, uploads: UploadService): void {
  const budgets = new SharedBudget(OCTETS_AT_ONCE_MAX, OWN_OCTETS_AT_ONCE_MAX)
  const places = new AtOnce(uploads.atOnceMax)

  const post = async ({ raw, params: { accountId } }: FastifyRequest<Route>, reply: FastifyReply) => {
    const principal = await requirePrincipal(raw, auth)
    const uploaderId = principal.accountId
    const budget = budgets.of(uploaderId)
    switch (uploads.mayUpload(principal, accountId)) {
      case 'noAccount': throw noAccount()
      case 'forbidden': throw new HttpProblem(plainProblem(403, 'This needs the permission jmapBlobUpload.'))
      case 'yes': break
    }
    const stored = await places.run(uploaderId, async () => {
      const declared = Number(raw.headers['content-length'] ?? 0)
      if (declared <= uploads.octetsMax) await limited(uploads.checkRoom(uploaderId, declared))
      const content = await readBody(raw, uploads.octetsMax, budget)
      if (content === 'tooLarge') throw limit(413, 'maxSizeUpload', `A file may have ${uploads.octetsMax} bytes.`)
      if (content === 'busy') throw new HttpProblem(plainProblem(503, 'Too many large uploads at once; try again in a moment.'), RETRY_MS)
      try {
        return { blobId: await limited(uploads.store(accountId, uploaderId, content)), size: content.byteLength }
      } finally {
        budget.give(content.byteLength)
      }
    })
    if (stored === null) throw limit(429, 'maxConcurrentUpload', `At most ${uploads.atOnceMax} uploads at a time.`, RETRY_MS)
    const type = (raw.headers['content-type'] ?? 'application/octet-stream').slice(0, TYPE_CHARS_MAX)
    return sendJson(reply.code(201), JSON.stringify({ accountId, blobId: stored.blobId, type, size: stored.size }))
  }
  // Clients add the slash or not, and follow no redirect on a POST.
  app.post('/jmap/upload/:accountId', post)
  app.post('/jmap/upload/:accountId/', post)
}

/** Strangers' accounts and those that are not there look alike. */
function noAccount(): HttpProblem {
  return new HttpProblem(plainProblem(404, 'There is no such account for you.'))
}

function limit(status: number, name: string, detail: string, retryAfterMs: number | null = null): HttpProblem {
  return new HttpProblem({ type: 'urn:ietf:params:jmap:error:limit', status, limit: name, detail }, retryAfterMs)
}

async function limited<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (hasCode(error, 'mail/account-gone')) throw noAccount()
    if (!hasCode(error, 'upload/over-quota')) throw error
    throw limit(429, 'uploadQuota', error.message, Number(error.details['retryAfterMs']))
  }
}
