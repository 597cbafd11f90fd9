/** `/api/live/changes`: README.md beside this file has the events, the states and the failures. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { AtOnce } from '../../../base/at-once.ts'
import type { Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import { errorText } from '../../../errors.ts'
import type { Principal } from '../../../registry/method.ts'
import type { LiveChanges } from '../../../services/live/live-changes.ts'
import { drainOf } from '../../http-server.ts'
import type { Authenticator } from '../authorization.ts'
import { requirePrincipal } from '../authorization.ts'
import { parseQuery } from '../form.ts'
import { HttpProblem, plainProblem } from '../problem.ts'
import { EventStream } from './event-stream.ts'
import { LiveConnection } from './live-connection.ts'
import type { Bye } from './live-connection.ts'

export interface LiveService {
  readonly changes: LiveChanges
  /** Objects whose changes are told, each with the permission to get it. */
  readonly objects: ReadonlyMap<string, string>
  readonly clock: Clock
}

export const CONNECTIONS_PER_ACCOUNT_MAX = 16
export const CONNECTIONS_MAX = 500
const BUSY_RETRY_MS = 5_000
const OBJECTS = 'objects'
const SHOWN_CHARS_MAX = 50

export function liveRoute(app: FastifyInstance, auth: Authenticator, live: LiveService, log: Log): void {
  const ofAll = new AtOnce(CONNECTIONS_MAX)
  const ofAccount = new AtOnce(CONNECTIONS_PER_ACCOUNT_MAX)

  // A reply without an end has nothing that HEAD could tell of.
  app.get('/api/live/changes', { exposeHeadRoute: false }, async ({ raw }, reply) => {
    const principal = await requirePrincipal(raw, auth)
    const wanted = wantedObjects(raw.url, principal, live.objects)
    const served = await ofAll.run('', () => ofAccount.run(principal.accountId, async () => {
      reply.hijack()
      await serve(raw, reply, wanted)
      return true
    }))
    if (served === null) throw new HttpProblem(plainProblem(429, TOO_MANY), BUSY_RETRY_MS)
  })

  async function serve(request: IncomingMessage, reply: FastifyReply, wanted: ReadonlySet<string>): Promise<void> {
    const stream = new EventStream(reply.raw, reply.getHeaders())
    const lastId = request.headers['last-event-id']
    const connection = new LiveConnection({
      stream, wanted, changes: live.changes, clock: live.clock, lastId: typeof lastId === 'string' ? lastId : null,
      refusal: () => refusalOf(request, wanted),
    })
    const drain = () => { connection.end('drain') }
    const drained = drainOf(reply.raw)
    drained?.addEventListener('abort', drain)
    if (drained?.aborted) drain()
    await stream.closed
    drained?.removeEventListener('abort', drain)
  }

  /** Asked as if the reader came anew. */
  async function refusalOf(request: IncomingMessage, wanted: ReadonlySet<string>): Promise<Bye | null> {
    try {
      const { permissions } = await requirePrincipal(request, auth)
      return [...wanted].every(object => permissions.has(live.objects.get(object) ?? '')) ? null : 'permission'
    } catch (error) {
      log.debug({ error: errorText(error) }, 'a live connection ends: its login could not be confirmed')
      return 'login'
    }
  }
}
const TOO_MANY = 'Too many live connections at once; close some, or try again in a moment.'

/** Throws HttpProblem: 400 or 403, with the name of what is wrong. */
function wantedObjects(url: string | undefined, { permissions }: Principal, objects: ReadonlyMap<string, string>): ReadonlySet<string> {
  const { values, names, repeated } = parseQuery(url)
  const [unknown] = [...names].filter(name => name !== OBJECTS)
  if (unknown !== undefined) throw refused(400, `There is no parameter ${JSON.stringify(unknown.slice(0, SHOWN_CHARS_MAX))}; ${OBJECTS} is the only one.`)
  if (repeated.has(OBJECTS)) throw refused(400, `${OBJECTS} stands there twice; name all objects in one list with commas.`)
  if (!names.has(OBJECTS)) return allowed(objects, permissions)
  const asked = values.get(OBJECTS)?.split(',')
  if (asked === undefined) throw refused(400, `${OBJECTS} names no object; name some with commas between them, or leave ${OBJECTS} out for all that you may read.`)
  for (const name of asked) {
    const permission = objects.get(name)
    if (permission === undefined) throw refused(400, `${OBJECTS}: the changes of ${JSON.stringify(name.slice(0, SHOWN_CHARS_MAX))} are not told; these are: ${[...objects.keys()].join(', ')}.`)
    if (!permissions.has(permission)) throw refused(403, `${OBJECTS}: you may not read ${name}; that needs the permission ${permission}.`)
  }
  return new Set(asked)
}

function allowed(objects: ReadonlyMap<string, string>, permissions: ReadonlySet<string>): ReadonlySet<string> {
  const names = [...objects].filter(([, permission]) => permissions.has(permission)).map(([name]) => name)
  if (names.length === 0) throw refused(403, 'You may read none of the objects whose changes are told.')
  return new Set(names)
}

function refused(status: number, detail: string): HttpProblem {
  return new HttpProblem(plainProblem(status, detail))
}
